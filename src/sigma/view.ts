import type { SigmaEvent } from './event.ts';
import { foldCase } from './fold.ts';

/** One value of a field: as it is, as text, and as folded text, which is made once however many rules ask. */
export class Text {
  readonly value: string | number | boolean;
  readonly raw: string;
  #folded: string | undefined;

  constructor(value: string | number | boolean) {
    this.value = value;
    this.raw = typeof value === 'string' ? value : String(value);
  }

  get folded(): string {
    this.#folded ??= foldCase(this.raw);
    return this.#folded;
  }
}

const none: readonly Text[] = [];

/** An event as rules look at it. Make one for an event and hand it to every rule. */
export class EventView {
  readonly event: SigmaEvent;
  readonly #texts = new Map<string, readonly Text[]>();
  #fieldNames: readonly string[] | undefined;

  constructor(event: SigmaEvent) {
    this.event = event;
  }

  /** Whether the event has the field, be it empty or null. */
  has(field: string): boolean {
    return Object.hasOwn(this.event.fields, field) && this.event.fields[field] !== undefined;
  }

  /** The values of a field: none where it is absent or null, several where it is a list. */
  texts(field: string): readonly Text[] {
    let texts = this.#texts.get(field);
    if (texts === undefined) {
      texts = this.#read(field);
      this.#texts.set(field, texts);
    }
    return texts;
  }

  /** Names of the fields that keywords are looked for in. */
  get fieldNames(): readonly string[] {
    this.#fieldNames ??= Object.keys(this.event.fields);
    return this.#fieldNames;
  }

  #read(field: string): readonly Text[] {
    const value = this.has(field) ? this.event.fields[field] : undefined;
    if (value === undefined || value === null) return none;
    if (typeof value === 'object') return value.map((element) => new Text(element));
    return [new Text(value)];
  }
}
