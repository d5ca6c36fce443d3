/** Elements without a framework and without markup in strings: text is always text, whoever wrote it. */
type Child = Node | string | false | null | undefined;
type Attributes = Readonly<Record<string, string | boolean | undefined | ((event: Event) => void)>>;

export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, '');
    else if (typeof value === 'string') element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== false && child !== null && child !== undefined));
  return element;
}

export const paragraphs = (texts: readonly string[]): HTMLElement[] => texts.map((text) => h('p', {}, text));

export const list = (texts: readonly (string | Node)[]): HTMLElement =>
  h('ul', {}, ...texts.map((text) => h('li', {}, text)));

/** Things to do, one below the other. */
export const actions = (items: readonly Node[]): HTMLElement =>
  h('ul', { class: 'plain' }, ...items.map((item) => h('li', {}, item)));

export function button(text: string, onClick: () => void, kind: 'main' | 'other' = 'main'): HTMLButtonElement {
  return h('button', { type: 'button', class: kind === 'main' ? 'button' : 'button other', click: onClick }, text);
}

/** A link that does something on this page. It is a button, because it leads nowhere. */
export function action(text: string | Node, onClick: () => void): HTMLButtonElement {
  return h('button', { type: 'button', class: 'link', click: onClick }, text);
}
