/**
 * The frame: which step is shown, the history, the language, problems. Steps stand in the browser's history as bare
 * names; what was written stands in memory alone, so that a reload or a closed tab leaves nothing behind.
 */
import { fingerprint, PortalClient, type RefusalCode } from '../../src/reports/protocol/protocol.ts';
import { action, h } from './dom.ts';
import { emptyDraft, STEPS, type State, type Step } from './state.ts';
import { type Key, preferredLanguage, type Translate, translator } from './words.ts';

/** Steps at which nothing that was written can be lost. */
const READING = ['start', 'done', 'return', 'conversation', 'closed', 'reader', 'queue', 'reading', 'answered'];

export interface Problem {
  readonly text: string;
  /** The id of the field it is about. */
  readonly field?: string;
}

export interface View {
  readonly title: string;
  readonly body: readonly (Node | string | false | undefined)[];
  /** Where the link back leads; false for none. */
  readonly back?: boolean;
}

export type Page = (app: App) => View;

export class App {
  readonly state: State;
  readonly client: PortalClient;
  readonly isOffline: boolean;
  readonly #pages: Readonly<Record<Step, Page>>;
  readonly #place: HTMLElement;
  #step: Step = 'start';
  #problems: readonly Problem[] = [];

  constructor(place: HTMLElement, pages: Readonly<Record<Step, Page>>, isOffline: boolean) {
    this.#place = place;
    this.#pages = pages;
    this.isOffline = isOffline;
    this.client = new PortalClient(isOffline ? 'http://localhost' : location.origin);
    this.state = {
      language: preferredLanguage(navigator.languages),
      ...{
        published: undefined,
        entropy: undefined,
        opened: undefined,
        reader: undefined,
        sending: undefined,
        sent: undefined,
      },
      ...{ draft: emptyDraft(), kept: false },
    };
    addEventListener('popstate', (event) => this.#onHistory(event.state as unknown));
    addEventListener('beforeunload', (event) => {
      if (this.#holdsSomething()) event.preventDefault();
    });
  }

  get t(): Translate {
    return translator(this.state.language);
  }

  /** What is published; pages that need it are shown only once it is there. */
  get published() {
    const { published } = this.state;
    if (published === undefined) throw new Error('nothing is published');
    return published;
  }

  /** Shows the first page. A reload in the middle begins anew and says that nothing was sent. */
  begin(): void {
    const before = (history.state as { step?: unknown } | null)?.step;
    const wasWriting = typeof before === 'string' && !READING.includes(before);
    history.replaceState({ step: 'start' }, '');
    this.show('start', wasWriting ? [{ text: this.t('problem.reloaded') }] : []);
  }

  /** Goes on to a step, as one more entry of the history. */
  go(step: Step): void {
    history.pushState({ step }, '');
    this.show(step);
  }

  /** Takes the place of the present step: there is no way back to it. */
  replace(step: Step): void {
    history.replaceState({ step }, '');
    this.show(step);
  }

  show(step: Step, problems: readonly Problem[] = []): void {
    this.#step = step;
    this.#problems = problems;
    this.#render();
    const focused = this.#place.querySelector<HTMLElement>(problems.length > 0 ? '.problems' : 'h1');
    focused?.focus();
    if (problems.length === 0) scrollTo(0, 0);
  }

  /** The present step again, with problems or without. */
  refuse(...problems: readonly Problem[]): void {
    this.show(this.#step, problems);
  }

  redraw(): void {
    this.#render();
  }

  problemOf(field: string): string | undefined {
    return this.#problems.find((problem) => problem.field === field)?.text;
  }

  /** Says in plain words what the protocol refused. */
  said(code: RefusalCode): string {
    return this.t(`refused.${code}` as Key);
  }

  /** Forgets everything that was written or opened. */
  forget(): void {
    Object.assign(this.state, {
      ...{
        draft: emptyDraft(),
        entropy: undefined,
        opened: undefined,
        reader: undefined,
        sending: undefined,
        sent: undefined,
        kept: false,
      },
    });
  }

  #holdsSomething(): boolean {
    const { draft, sent, entropy, kept } = this.state;
    if (sent !== undefined) return false;
    return draft.text !== '' || draft.files.length > 0 || (entropy !== undefined && !kept);
  }

  #onHistory(state: unknown): void {
    const wanted = (state as { step?: unknown } | null)?.step;
    const step = STEPS.find((each) => each === wanted) ?? 'start';
    if (this.#step === 'words' && this.state.entropy !== undefined && !this.state.kept) {
      // The words are on this page alone: it is left by typing two of them, or by throwing the report away.
      history.pushState({ step: 'words' }, '');
      this.refuse({ text: this.t('words.stay'), field: 'last-two' });
    } else if (this.#step === 'sending') {
      history.pushState({ step: 'sending' }, '');
    } else if (this.state.sent !== undefined && !['start', 'return', 'conversation', 'reader'].includes(step)) {
      // Sent is sent: the way back through its pages must not send it twice.
      this.show('done');
    } else {
      this.show(step);
    }
  }

  #render(): void {
    const { language } = this.state;
    document.documentElement.lang = language;
    const view = this.#pages[this.#step](this);
    const hasProblems = this.#problems.length > 0;
    document.title = `${hasProblems ? `${this.t('problem.short')} ` : ''}${view.title} – ${this.t('portal.name')}`;
    this.#place.replaceChildren(
      h('a', { class: 'skip', href: '#content' }, this.t('nav.skip')),
      this.#header(),
      h(
        'div',
        { class: 'page' },
        view.back === false
          ? false
          : h(
              'nav',
              { 'aria-label': this.t('nav.back') },
              action(this.t('nav.back'), () => history.back()),
            ),
        h(
          'main',
          { id: 'content' },
          hasProblems && this.#summary(),
          h('h1', { tabindex: '-1' }, view.title),
          ...view.body.map((part) => part || ''),
        ),
      ),
      this.#footer(),
    );
  }

  #summary(): HTMLElement {
    const items = this.#problems.map(({ text, field }) => {
      const focus = (): void => document.getElementById(field ?? '')?.focus();
      return h('li', {}, field === undefined ? text : action(text, focus));
    });
    return h(
      'div',
      { class: 'problems', role: 'alert', tabindex: '-1' },
      h('h2', {}, this.t('problem.title')),
      h('ul', {}, ...items),
    );
  }

  #header(): HTMLElement {
    const other = this.state.language === 'en' ? 'zh-CN' : 'en';
    const change = (): void => {
      this.state.language = other;
      this.show(this.#step, []);
    };
    const language = action(this.t('language.other'), change);
    language.lang = other;
    const leave = (): void => {
      this.forget();
      location.replace('about:blank');
    };
    return h(
      'header',
      {},
      h(
        'div',
        { class: 'bar' },
        h('strong', {}, this.state.published?.manifest.organisation ?? ''),
        h('span', {}, this.t('portal.name')),
      ),
      h('div', { class: 'bar tools' }, language, action(this.t('nav.leave'), leave)),
    );
  }

  #footer(): HTMLElement {
    const root = this.state.published?.root;
    return h(
      'footer',
      {},
      h('div', { class: 'bar' }, h('p', {}, this.t('footer.text')), root ? rootNote(this.t, root) : false),
    );
  }
}

/** The root key's fingerprint, to be compared with the one on the wall. */
function rootNote(t: Translate, root: string): HTMLElement {
  return h(
    'details',
    {},
    h('summary', {}, t('footer.root')),
    h('p', {}, t('footer.root_how')),
    h('p', {}, h('code', {}, fingerprint(root))),
  );
}
