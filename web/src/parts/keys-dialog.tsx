import { Button, Dialog, Heading, Modal, ModalOverlay, Switch } from 'react-aria-components';
import { shortcuts } from '../keys.ts';
import { useWords, type WordKey } from '../words.ts';

const EVERYWHERE: [string[], WordKey][] = [
  [['?'], 'keys.help'],
  [['g', 's'], 'keys.go_sources'],
];
const ANALYST: [string[], WordKey][] = [
  [['g', 'l'], 'keys.go_leads'],
  [['j'], 'keys.down'],
  [['k'], 'keys.up'],
  [['Home'], 'keys.first'],
  [['End'], 'keys.last'],
  [['Enter'], 'keys.open'],
  [['/'], 'keys.search'],
  [['u'], 'keys.back'],
  [['1'], 'triage.dismiss'],
  [['2'], 'triage.watch'],
  [['3'], 'triage.open'],
  [['h'], 'triage.hand_over'],
  [['z'], 'keys.undo'],
  [['g', 'c'], 'keys.go_cases'],
];

export function KeysDialog(props: { open: boolean; setOpen: (open: boolean) => void; analyst: boolean }) {
  const { t } = useWords();
  const state = shortcuts.use();
  const rows = props.analyst ? [...EVERYWHERE, ...ANALYST] : EVERYWHERE;
  return (
    <ModalOverlay className="overlay" isOpen={props.open} onOpenChange={props.setOpen} isDismissable>
      <Modal>
        <Dialog className="dialog">
          {({ close }) => (
            <>
              <Heading slot="title">{t('keys.title')}</Heading>
              <dl className="keys">
                {rows.map(([keys, word]) => (
                  <KeyRow key={word} keys={keys} text={t(word)} />
                ))}
              </dl>
              <div className="dialog-foot">
                <Switch
                  className="switch"
                  isSelected={state === 'on'}
                  onChange={(on) => shortcuts.set(on ? 'on' : 'off')}
                >
                  <span className="track" />
                  {t('keys.switch')}
                </Switch>
                <Button className="button" onPress={close}>
                  {t('keys.close')}
                </Button>
              </div>
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function KeyRow({ keys, text }: { keys: string[]; text: string }) {
  return (
    <>
      <dt>
        {keys.map((key, at) => (
          <span key={key}>
            {at > 0 && ' '}
            <kbd>{key}</kbd>
          </span>
        ))}
      </dt>
      <dd>{text}</dd>
    </>
  );
}
