import { useTranslation } from 'react-i18next';
import { duration, number } from '~/format';

/** The log's fields and values as people say them; what it does not know stays as it is. */
export function useAuditWording() {
  const { t, i18n } = useTranslation(['admin_system', 'admin_community', 'admin_loyalty', 'common']);
  /** The first of these keys that the locale has. */
  const known = (...keys: string[]) => {
    const key = keys.find((one) => i18n.exists(one));
    // The keys are made of what the server says, so that their type cannot be known here.
    return key && t(key as 'audit.field.name');
  };
  const field = (name: string) => known(`admin_system:audit.field.${name}`) ?? name.replaceAll('_', ' ');
  const words = {
    field,
    value: (name: string, value: unknown): string => {
      if (value === null || value === undefined || value === '') return '–';
      if (Array.isArray(value)) return value.map((one) => words.value(name, one)).join(', ') || '–';
      if (typeof value === 'object') {
        const parts = Object.entries(value).map(([part, inside]) => `${field(part)}: ${words.value(part, inside)}`);
        return parts.join(', ') || '–';
      }
      if (typeof value === 'boolean') return t(value ? 'admin_community:overview.yes' : 'admin_community:overview.no');
      if (typeof value === 'number') return name === 'hours' ? duration(value * 3_600) : number(value);
      const word = String(value);
      const places: Record<string, string[]> = {
        state: [`common:role.${word}`, `admin_community:review.post_state.${word}`, `admin_loyalty:redemption.state.${word}`],
        decision: [`admin_community:review.done.${word}`],
        kind: [`admin_community:sanction.kinds.${word}`],
      };
      return known(...(places[name] ?? [])) ?? word;
    },
  };
  return words;
}
