// The Deletes of one connection that are not answered yet. A Rejected does not
// say which of them it is about, but the answers come in the order of the questions.
import type { Rejected } from "../wire/frames";

export type Refused = (answer: Rejected) => void;

export class Deletes {
  private asked: { readonly seq: number; readonly refused: Refused }[] = [];

  add(seq: number, refused: Refused): void {
    this.asked.push({ seq, refused });
  }

  /** What somebody else was quicker to delete is still going to be refused to us. */
  done(seq: number): void {
    const index = this.asked.findIndex((one) => one.seq === seq);
    if (index >= 0) this.asked.splice(index, 1);
  }

  refuse(answer: Rejected): void {
    this.asked.shift()?.refused(answer);
  }

  forget(): void {
    this.asked = [];
  }
}
