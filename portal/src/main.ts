import { type PublishedPortal, verifyManifest, writersOf } from '../../src/reports/protocol/protocol.ts';
import { App, type Page } from './app.ts';
import { before } from './pages/before.ts';
import { answered, queue, reader, reading } from './pages/reader.ts';
import { done, words } from './pages/receipt.ts';
import { comeBack, conversation } from './pages/return.ts';
import { sealed } from './pages/sealed.ts';
import { sending } from './pages/sending.ts';
import { closed, start } from './pages/start.ts';
import { check, exclude, files, name, text } from './pages/writing.ts';
import type { Step } from './state.ts';
import './style.css';

const pages: Readonly<Record<Step, Page>> = {
  ...{ start, before, text, name, files, exclude, check, words, sending, done },
  ...{ return: comeBack, conversation, sealed, closed },
  ...{ reader, queue, reading, answered },
};

/** The offline file carries what the portal published when it was made. */
const embedded = document.getElementById('published')?.textContent;
const app = new App(document.getElementById('portal') ?? document.body, pages, embedded !== undefined);
try {
  app.state.published =
    embedded === undefined ? await app.client.published() : checked(JSON.parse(embedded) as PublishedPortal);
  app.begin();
} catch {
  app.show('closed');
}

function checked(published: PublishedPortal): PublishedPortal {
  const manifest = verifyManifest(published.signed, published.root);
  return { ...published, manifest, writers: writersOf(manifest, []) };
}
