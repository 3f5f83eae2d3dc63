import i18next from 'i18next';

/** Where something was bought, in words where the shop's code is a usual one; else as the shop calls it. */
export const channelName = (code: string) => i18next.t(`loyalty:channel.${code as 'web'}`, { defaultValue: code });
