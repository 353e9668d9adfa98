import { z } from "zod";

/** Most names that one node requires. */
const maxOfNode = 3;

/** Most names that a node and what is around it require together: a worker takes from no queue of more. */
export const maxRequiredTogether = 4;

const requirementPattern = /^[a-z][a-z0-9-]{0,31}$/;

/** Name of the queue of runs. The other queues are named by what their nodes require. */
export const runsQueue = "runs";

/** Whether a node may require this of a worker, and a worker provide it. */
export const isRequirement = (name: string): boolean => requirementPattern.test(name) && name !== runsQueue;

/** The field `requires` of a node. */
export const requiresSchema = z
  .array(
    z
      .string()
      .regex(requirementPattern, "expected a name like `gpu`: a-z, 0-9 and -, at most 32")
      .refine(
        (name) => name !== runsQueue,
        `expected another name than \`${runsQueue}\`, which is that of the queue of runs`,
      ),
  )
  .min(1)
  .max(maxOfNode)
  .refine((names) => new Set(names).size === names.length, "expected each name once")
  .describe(
    `What a worker has to provide to execute the node such as \`gpu\`, at most ${maxOfNode} names. Containers and sub-workflows hand it on to what is in them, with at most ${maxRequiredTogether} names together. A store of one machine provides everything.`,
  );

interface RequiringNode {
  readonly node: { readonly requires?: readonly string[] | undefined };
  readonly type: { readonly definition: { readonly base: { readonly shape: object } } };
}

/** What a node requires, with what is required around it: sorted, without repetitions. */
export function requiredBy({ node, type }: RequiringNode, around: readonly string[]): readonly string[] {
  if (node.requires === undefined || !("requires" in type.definition.base.shape)) return around;
  return [...new Set([...around, ...node.requires])].toSorted();
}

/** What is wrong with so many names; undefined if nothing is. */
export const tooManyRequired = (
  names: readonly string[],
): { readonly message: string; readonly fix: string } | undefined =>
  names.length <= maxRequiredTogether
    ? undefined
    : {
        message: `with what is around it, it requires ${names.length} names (${names.join(", ")}), but a worker takes nodes of at most ${maxRequiredTogether}`,
        fix: "require one name that stands for several, of the workers too: `gpu-linux` instead of `gpu` and `linux`",
      };
