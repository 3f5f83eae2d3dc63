import { createFileRoute, redirect } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { isSignedIn } from '~/api';
import { Doorstep } from '~/components/account/Doorstep';
import { SignUpForm } from '~/components/account/SignUpForm';
import { LinkButton, LinkText } from '~/components/links';
import { words } from '~/i18n';
import { useSite } from '~/site';
import { wayBack } from '~/wayBack';

export const Route = createFileRoute('/sign-up')({
  validateSearch: (search): { next?: string } => ({ next: wayBack(search.next) }),
  beforeLoad: ({ search }) => {
    if (isSignedIn()) throw redirect({ href: search.next ?? '/', replace: true });
  },
  loader: () => words('account'),
  component: SignUp,
});

function SignUp() {
  const { t } = useTranslation('account');
  const { next } = Route.useSearch();
  const { sign_up_open } = useSite();
  if (!sign_up_open) {
    return (
      <Doorstep title={t('sign_up.closed')} description={t('sign_up.closed_detail')}>
        <LinkButton to="/sign-in" search={{ next }} variant="default" fullWidth>
          {t('sign_up.closed_sign_in')}
        </LinkButton>
        <LinkText to="/" size="sm" ta="center">
          {t('sign_up.closed_look')}
        </LinkText>
      </Doorstep>
    );
  }
  return (
    <Doorstep title={t('sign_up.title')} description={t('sign_up.description')}>
      <SignUpForm next={next} />
    </Doorstep>
  );
}
