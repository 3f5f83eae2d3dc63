import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { problemOf } from '~/problems';

/** Where the account went, if the server said so to somebody who signs in with what it had. */
export function mergedIntoOf(error: unknown): string | undefined {
  const problem = problemOf(error) as { code: string; into?: string } | undefined;
  return problem?.code === 'merged' ? problem.into : undefined;
}

/** Says that an account is a part of another one, where to sign in. */
export function MergedAccount({ into }: { into: string }) {
  const { t } = useTranslation('account');
  return (
    <Alert color="red" role="alert" title={t('sign_in.merged')}>
      {t('sign_in.merged_detail', { handle: into })}
    </Alert>
  );
}
