import { Drawer, type DrawerProps, Modal, type ModalProps } from '@mantine/core';
import { createContext, useContext, useLayoutEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useReturnFocus } from '~/useReturnFocus';

type Hold = (isWriting: boolean) => void;
const HoldContext = createContext<Hold>(() => {});

/** Keeps the dialog around the caller open while something is written: what is under way cannot be called off, and must not look so. */
export function useHoldDialog(isWriting: boolean) {
  const hold = useContext(HoldContext);
  useLayoutEffect(() => {
    hold(isWriting);
    return () => hold(false);
  }, [hold, isWriting]);
}

interface Writing {
  /** Whether it writes, where no form in it says so. */
  isWriting?: boolean;
}

function useHeld(onClose: () => void, isWriting: boolean) {
  const { t } = useTranslation();
  const [isHeld, hold] = useState(false);
  const stays = isHeld || isWriting;
  return { hold, props: { onClose: () => !stays && onClose(), closeButtonProps: { 'aria-label': t('close'), disabled: stays } } };
}

function ReturnFocus() {
  useReturnFocus();
  return null;
}

/** A dialog. It closes by its buttons, Escape and a click beside it, but not while what it does is under way. */
export function Dialog({ onClose, isWriting = false, ...props }: ModalProps & Writing) {
  const held = useHeld(onClose, isWriting);
  return (
    <HoldContext value={held.hold}>
      {props.opened && <ReturnFocus />}
      <Modal {...props} {...held.props} returnFocus={false} />
    </HoldContext>
  );
}

/** A dialog at the side of the page, for forms that are long. It closes as {@link Dialog} does. */
export function SideDialog({ onClose, isWriting = false, ...props }: DrawerProps & Writing) {
  const held = useHeld(onClose, isWriting);
  return (
    <HoldContext value={held.hold}>
      {props.opened && <ReturnFocus />}
      <Drawer position="right" {...props} {...held.props} returnFocus={false} />
    </HoldContext>
  );
}
