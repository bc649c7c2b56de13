/** What was compared, and what was not as it should be. */
export class Findings {
  readonly faults: string[] = [];
  compared = 0;

  expect(isTrue: boolean, fault: string): void {
    this.compared += 1;
    if (!isTrue) this.faults.push(fault);
  }

  same(what: string, found: unknown, wanted: unknown): void {
    const [foundText, wantedText] = [JSON.stringify(found), JSON.stringify(wanted)];
    this.expect(foundText === wantedText, `${what} is ${foundText}, not ${wantedText}`);
  }
}
