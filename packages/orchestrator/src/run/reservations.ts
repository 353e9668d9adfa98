import { Allowances } from "./allowances.ts";
import { ModelReservations } from "./model-reservations.ts";
import { ReservationLine } from "./reservation-line.ts";

/** What is reserved of the budgets of a run: everything that does not fit waits in one line. */
export class Reservations {
  readonly #line = new ReservationLine();
  readonly models = new ModelReservations(this.#line);
  readonly allowances = new Allowances(this.#line);
}
