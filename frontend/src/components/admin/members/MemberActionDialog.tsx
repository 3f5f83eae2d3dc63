import { type ModalProps, Stack, Textarea } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '~/components/Dialog';
import { DialogButtons } from '~/components/DialogButtons';
import { showProblem, showSuccess } from '~/forms';
import { invalidate } from '~/invalidate';
import { useWrite } from '~/useWrite';

/** The shortest reason that the server takes, in characters. */
const REASON_CHARS_MIN = 3;

interface Props<Values extends { reason: string }> {
  title: string;
  form: UseFormReturnType<Values>;
  /** Sends it; what it returns is said when it is done. */
  action: (values: Values) => Promise<string>;
  onClose: () => void;
  submit: string;
  danger?: boolean;
  /** Not yet to be sent. */
  disabled?: boolean;
  size?: ModalProps['size'];
  reasonHint?: string;
  children?: ReactNode;
}

/** A dialog for one action of staff on a member: its fields, the reason that every action wants, and its refusal at the fields. */
export function MemberActionDialog<Values extends { reason: string }>(props: Props<Values>) {
  const { t } = useTranslation(['admin_community', 'common']);
  const { form, action, onClose } = props;
  const queries = useQueryClient();
  const write = useWrite({
    mutationFn: action,
    onSuccess: async (done) => {
      showSuccess(done);
      onClose();
      await invalidate(queries, 'member');
    },
    onError: (error) => showProblem(error, form),
  });
  const submit = form.onSubmit((values) => {
    if (values.reason.trim().length < REASON_CHARS_MIN) form.setFieldError('reason', t('review.reason_short'));
    else if (!props.disabled) write.mutate(values);
  });
  return (
    <Dialog opened onClose={onClose} size={props.size} title={props.title}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {props.children}
          <Textarea
            label={t('common:reason')}
            description={props.reasonHint ?? t('member.reason_hint')}
            required
            autosize
            minRows={2}
            maxLength={500}
            {...form.getInputProps('reason')}
          />
          <DialogButtons onCancel={onClose} loading={write.isPending} disabled={props.disabled} color={props.danger ? 'red.9' : undefined}>
            {props.submit}
          </DialogButtons>
        </Stack>
      </form>
    </Dialog>
  );
}
