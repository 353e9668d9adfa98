/** Features that ice does not support, regardless of their result; listed in docs/reference/expressions.md. */
export const outside = {
  suites: [
    "bindings_ext",
    "block_ext",
    "dynamic",
    "enums",
    "macros2",
    "math_ext",
    "namespace",
    "proto2",
    "proto2_ext",
    "proto3",
    "type_deductions",
    "wrappers",
    "string_ext/quote",
  ],
  // Messages, qualified names of types, `optMap` and similar functions, optional elements of literals, quoted field names.
  words: /TestAllTypes|\bgoogle\.protobuf|\b[A-Z]\w*\{|optMap|optFlatMap|[[{,]\s*\?|`/,
} as const;

/**
 * Cases of the conformance data for which ice has another result, by reason. docs/reference/expressions.md lists each reason
 * in its section "Differences from CEL", by the same word.
 */
const byReason: Readonly<Record<string, readonly string[]>> = {
  "unknown functions": [
    "basic/functions/unbound_is_runtime_error",
    "parse/receiver_function_names/as",
    "parse/receiver_function_names/break",
    "parse/receiver_function_names/const",
    "parse/receiver_function_names/continue",
    "parse/receiver_function_names/else",
    "parse/receiver_function_names/for",
    "parse/receiver_function_names/function",
    "parse/receiver_function_names/if",
    "parse/receiver_function_names/import",
    "parse/receiver_function_names/let",
    "parse/receiver_function_names/loop",
    "parse/receiver_function_names/package",
    "parse/receiver_function_names/namespace",
    "parse/receiver_function_names/return",
    "parse/receiver_function_names/var",
    "parse/receiver_function_names/void",
    "parse/receiver_function_names/while",
  ],
  "exact comparison": [
    "comparisons/lt_literal/not_lt_dyn_int_big_lossy_double",
    "comparisons/gt_literal/not_gt_dyn_big_double_int",
    "comparisons/lte_literal/lte_dyn_big_double_int",
    "comparisons/gte_literal/gte_dyn_int_big_lossy_double",
  ],
  "leading dot": ["comparisons/gt_literal/not_gt_double"],
  "dotted names": [
    "fields/qualified_identifier_resolution/qualified_ident",
    "fields/qualified_identifier_resolution/map_field_select",
    "fields/qualified_identifier_resolution/qualified_identifier_resolution_unchecked",
    "fields/qualified_identifier_resolution/ident_with_longest_prefix_check",
  ],
  "remainder of doubles": ["fp_math/fp_math/mod_not_support"],
  "operands of && and ||": [
    "logic/AND/short_circuit_type_left",
    "logic/AND/short_circuit_type_right",
    "logic/OR/short_circuit_type_left",
    "logic/OR/short_circuit_type_right",
  ],
  "optional paths": ["optionals/optionals/map_null_entry_no_such_key"],
  "names of types": ["optionals/optionals/type"],
  bounds: ["parse/repeat/or", "parse/repeat/and", "parse/repeat/not", "parse/repeat/unary_neg"],
  "long durations": [
    "timestamps/timestamp_range/sub_time_duration_over",
    "timestamps/timestamp_range/sub_time_duration_under",
  ],
};

export const reasons: readonly string[] = Object.keys(byReason);

export const deviations: readonly string[] = Object.values(byReason).flat();
