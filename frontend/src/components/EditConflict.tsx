import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditForm, Overtaken } from '~/useEditForm';
import { useOnce } from '~/useWrite';

const ComparedText = lazy(() => import('./ComparedText'));

interface Props<Values> {
  edit: EditForm<Values>;
  /** What the fields are called that hold text, so that the other's text can be shown beside one's own. */
  texts?: { [Field in keyof Values]?: string };
}

/** Says whether somebody else was faster, and brings the form to the present state without losing what was typed. */
export function EditConflict<Values>({ edit, texts = {} }: Props<Values>) {
  const { t } = useTranslation('common');
  const load = useOnce(edit.load);
  if (edit.behind) {
    return (
      <Alert variant="default" icon={<IconUsers />} title={t('conflict.title')} role="alert">
        <Stack gap="xs" align="flex-start">
          <Text size="sm">{t(edit.restored ? 'conflict.draft_detail' : 'conflict.detail')}</Text>
          <Button size="xs" variant="default" onClick={() => load()}>
            {t('conflict.load')}
          </Button>
        </Stack>
      </Alert>
    );
  }
  if (edit.overtaken) return <Theirs overtaken={edit.overtaken} texts={texts} />;
  if (!edit.restored) return null;
  return (
    <Text size="sm" c="dimmed">
      {t('conflict.draft')}
    </Text>
  );
}

/** What somebody else made of the texts that were changed here, too. */
function Theirs<Values>({ overtaken, texts }: { overtaken: Overtaken<Values>; texts: { [Field in keyof Values]?: string } }) {
  const { t } = useTranslation('common');
  const { before, now, both } = overtaken;
  const fields = (Object.keys(texts) as (keyof Values & string)[]).filter((field) => both.includes(field));
  return (
    <Alert variant="default" icon={<IconUsers />} title={t('conflict.loaded')} role="status">
      <Stack gap="xs">
        <Text size="sm">{t(both.length > 0 ? 'conflict.both' : 'conflict.apart')}</Text>
        {fields.map((field) => (
          <Stack key={field} gap={4}>
            <Text size="sm" fw={600}>
              {texts[field]}
            </Text>
            <Suspense>
              <ComparedText
                before={String(before[field])}
                after={String(now[field])}
                label={t('conflict.theirs', { field: texts[field] })}
              />
            </Suspense>
          </Stack>
        ))}
      </Stack>
    </Alert>
  );
}
