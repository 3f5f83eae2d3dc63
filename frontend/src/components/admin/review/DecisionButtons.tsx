import { Button, Group, Kbd } from '@mantine/core';
import type { Decision, Me, ReviewItem } from '@regulars/client';
import { useTranslation } from 'react-i18next';
import { DECISIONS, mayDecide } from './decisions';
import { keyOf, useKeysEnabled } from './keys';

/** All that can be decided; what the item or the person does not allow cannot be chosen. */
export function DecisionButtons({
  item,
  me,
  chosen,
  onChoose,
}: {
  item: ReviewItem;
  me: Me;
  chosen?: Decision;
  onChoose: (decision: Decision) => void;
}) {
  const { t } = useTranslation('admin_community');
  const [keysOn] = useKeysEnabled();
  return (
    <Group gap={6} role="group" aria-label={t('review.decide')}>
      {DECISIONS.map((name) => (
        <Button
          key={name}
          size="xs"
          variant={chosen === name ? 'filled' : 'default'}
          aria-pressed={chosen === name}
          disabled={!mayDecide(name, item, me)}
          onClick={() => onChoose(name)}
          rightSection={
            keysOn && keyOf(name) ? (
              <Kbd size="xs" visibleFrom="sm" aria-hidden>
                {keyOf(name)}
              </Kbd>
            ) : undefined
          }
          aria-keyshortcuts={keysOn ? keyOf(name) : undefined}
        >
          {t(`review.do.${name}`)}
        </Button>
      ))}
    </Group>
  );
}
