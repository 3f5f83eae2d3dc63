import { Modal, type ModalProps, Stack, Textarea } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DialogButtons } from '~/components/DialogButtons';
import { useFocusBack } from '~/focusBack';
import { showDone, showProblem } from '~/forms';
import { useWrite } from '~/write';
import { useRefreshMember } from './customer';

/** The shortest reason that the server takes. */
export const REASON_MIN = 3;

interface Props<Values extends { reason: string }> {
  title: string;
  form: UseFormReturnType<Values>;
  /** Sends it; what it returns is said when it is done. */
  act: (values: Values) => Promise<string>;
  onClose: () => void;
  submit: string;
  danger?: boolean;
  /** Not yet to be sent. */
  disabled?: boolean;
  size?: ModalProps['size'];
  reasonHint?: string;
  children?: ReactNode;
}

/** A dialog for one act of staff on a member: its fields, the reason that every act wants, and its refusal at the fields. */
export function ActDialog<Values extends { reason: string }>(props: Props<Values>) {
  const { t } = useTranslation(['admin', 'common']);
  const { form, act, onClose } = props;
  const refresh = useRefreshMember();
  useFocusBack();
  const write = useWrite({
    mutationFn: act,
    onSuccess: async (done) => {
      showDone(done);
      onClose();
      await refresh();
    },
    onError: (error) => showProblem(error, form),
  });
  const submit = form.onSubmit((values) => {
    if (values.reason.trim().length < REASON_MIN) form.setFieldError('reason', t('review.reason_short'));
    else if (!props.disabled) write.mutate(values);
  });
  // What is under way cannot be called off, so that it does not look as if it were.
  const close = () => !write.isPending && onClose();
  return (
    <Modal
      opened
      onClose={close}
      size={props.size}
      title={props.title}
      closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }), disabled: write.isPending }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          {props.children}
          <Textarea
            label={t('reason', { ns: 'common' })}
            description={props.reasonHint ?? t('member.reason_hint')}
            required
            autosize
            minRows={2}
            maxLength={500}
            {...form.getInputProps('reason')}
          />
          <DialogButtons onCancel={close} loading={write.isPending} disabled={props.disabled} color={props.danger ? 'red.9' : undefined}>
            {props.submit}
          </DialogButtons>
        </Stack>
      </form>
    </Modal>
  );
}
