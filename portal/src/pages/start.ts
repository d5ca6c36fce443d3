import type { App, View } from '../app.ts';
import { action, actions, h, list } from '../dom.ts';
import { emptyDraft } from '../state.ts';

export function start(app: App): View {
  const { t } = app;
  const enter = (door: 'seen' | 'self') => () => {
    if (app.state.sent !== undefined || app.state.opened !== undefined) app.forget();
    if (app.state.draft.door !== door) app.state.draft = emptyDraft(door);
    app.go('before');
  };
  const door = (key: 'seen' | 'self'): HTMLElement =>
    h(
      'section',
      { class: 'door' },
      h('h2', {}, action(t(`door.${key}`), enter(key))),
      h('p', {}, t(`door.${key}_text`)),
    );
  return {
    title: t('start.title'),
    back: false,
    body: [
      h('p', { class: 'lead' }, t('start.lead')),
      door('seen'),
      door('self'),
      ...(app.isOffline ? [] : again(app)),
      h('h2', {}, t('start.device')),
      list([t('start.device_own'), t('start.device_address'), t('start.device_close')]),
    ],
  };
}

function again(app: App): HTMLElement[] {
  const { t } = app;
  const comeBack = action(t('start.return'), () => [app.forget(), app.go('return')]);
  const send = action(t('start.sealed'), () => [app.forget(), app.go('sealed')]);
  const read = action(t('start.reader'), () => [app.forget(), app.go('reader')]);
  return [h('h2', {}, t('start.more')), actions([comeBack, send, read])];
}

export function closed(app: App): View {
  const { t } = app;
  return { title: t('closed.title'), back: false, body: [h('p', {}, t('closed.text')), h('p', {}, t('closed.other'))] };
}
