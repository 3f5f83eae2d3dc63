//! Currencies.

/// A currency by its ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The currency of a code of ISO 4217, in capital letters; None for any other.
    pub fn parse(code: &str) -> Option<Self> {
        iso_currency::Currency::from_code(code).map(Self)
    }
    /// The three letters of ISO 4217.
    pub fn code(self) -> &'static str {
        self.0.code()
    }
    /// Minor units in one unit: 100 for euro cents, 1 for yen.
    pub fn minor_per_unit(self) -> i64 {
        10_i64.pow(self.0.exponent().unwrap_or(0).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_those_of_iso_4217() {
        for (code, minor) in [("EUR", Some(100)), ("JPY", Some(1)), ("KWD", Some(1000)), ("XYZ", None), ("eur", None), ("", None)] {
            assert_eq!(Currency::parse(code).map(Currency::minor_per_unit), minor, "{code}");
        }
    }
}
