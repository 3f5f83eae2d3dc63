import { createFileRoute, redirect } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isSignedIn } from '~/api';
import { AuthCard } from '~/components/account/AuthCard';
import { SignUpForm } from '~/components/account/SignUpForm';
import { LinkButton, LinkText } from '~/components/links';
import { loadNamespaces } from '~/i18n';
import { safeRedirect } from '~/safeRedirect';
import { useSite } from '~/site';

export const Route = createFileRoute('/sign-up')({
  validateSearch: (search): { next?: string } => ({ next: safeRedirect(search.next) }),
  beforeLoad: ({ search }) => {
    if (isSignedIn()) throw redirect({ href: search.next ?? '/', replace: true });
  },
  loader: () => loadNamespaces('account'),
  component: SignUp,
});

function SignUp() {
  const { t } = useTranslation('account');
  const { next } = Route.useSearch();
  const { sign_up_open } = useSite();
  if (!sign_up_open) {
    return (
      <AuthCard title={t('sign_up.closed')} description={t('sign_up.closed_detail')}>
        <LinkButton to="/sign-in" search={{ next }} variant="default" fullWidth>
          {t('sign_up.closed_sign_in')}
        </LinkButton>
        <LinkText to="/" size="sm" ta="center">
          {t('sign_up.closed_look')}
        </LinkText>
      </AuthCard>
    );
  }
  return (
    <AuthCard title={t('sign_up.title')} description={t('sign_up.description')}>
      <SignUpForm next={next} />
    </AuthCard>
  );
}
