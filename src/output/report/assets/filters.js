import { cut, element, format } from './dom.js';
import { filterFields } from './findings.js';

/** Entries of one menu; rarer values are found by searching. */
const mostChoices = 300;

/** The menus, the search and what they stand at. `onChange` is called when somebody changes one. */
export class Filters {
  constructor(data, onChange) {
    this.data = data;
    this.search = document.getElementById('search');
    this.menus = new Map();
    this.order = this.#menu(
      'order',
      [
        ['severity', 'severity'],
        ['reward', 'reward, highest first'],
        ['place', 'file and row'],
      ],
      onChange,
    );
    for (const field of filterFields) this.#addMenu(field, onChange);
    this.order.holder.parentNode.append(this.order.holder);
    let timer;
    this.search.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(onChange, 80);
    });
    document.getElementById('filters').addEventListener('submit', (event) => event.preventDefault());
    document.getElementById('clear').addEventListener('click', () => {
      this.set({});
      onChange();
    });
  }

  /** What the list is filtered by. */
  values() {
    const wanted = [...this.menus].flatMap(([field, menu]) =>
      menu.value === '' ? [] : [[field, Number(menu.value)]],
    );
    return { wanted, text: this.search.value };
  }

  /** Sets all filters: values by field, `search` among them; what is not named is cleared. */
  set(values) {
    this.search.value = values.search ?? '';
    for (const [field, menu] of this.menus) menu.value = this.#codeOf(menu, field, values[field]);
  }

  /** Reads the filters from the page's address. */
  readAddress() {
    if (location.hash.startsWith('#?'))
      this.set(Object.fromEntries(new URLSearchParams(location.hash.slice(2))));
  }

  /** Writes them there, so that a view can be passed on. */
  writeAddress() {
    const values = new URLSearchParams();
    for (const [field, menu] of this.menus)
      if (menu.value !== '') values.set(field, this.data.words[Number(menu.value)]);
    if (this.search.value !== '') values.set('search', this.search.value);
    const text = values.toString();
    if (text === '' && !location.hash.startsWith('#?')) return;
    try {
      history.replaceState(null, '', text === '' ? '#browse' : `#?${text}`);
    } catch {
      // some viewers give the page no address of its own
    }
  }

  /** A menu for a field that has more than one value. */
  #addMenu(field, onChange) {
    const { codes, words } = this.data;
    const counts = new Map();
    for (const code of codes[field]) counts.set(code, (counts.get(code) ?? 0) + 1);
    counts.delete(-1);
    if (counts.size < 2) return;
    const choices = [...counts]
      .sort((a, b) => b[1] - a[1])
      .slice(0, mostChoices)
      .map(([code, number]) => [String(code), `${cut(words[code], 60)} (${format(number)})`]);
    this.menus.set(field, this.#menu(field, [['', 'all'], ...choices], onChange));
  }

  #menu(name, choices, onChange) {
    const menu = element(
      'select',
      { name },
      ...choices.map(([value, title]) => element('option', { value }, title)),
    );
    menu.addEventListener('change', onChange);
    menu.holder = element('label', {}, name, menu);
    document.getElementById('selects').append(menu.holder);
    return menu;
  }

  /** The option for a value, added where the menu leaves it out for being rare; none for what is not there at all. */
  #codeOf(menu, field, value) {
    if (value === undefined) return '';
    const code = this.data.words.indexOf(value);
    if (code < 0 || !this.data.codes[field].includes(code)) return '';
    if (![...menu.options].some((option) => option.value === String(code)))
      menu.append(element('option', { value: String(code) }, cut(value, 60)));
    return String(code);
  }
}
