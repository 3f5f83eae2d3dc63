//! Purchases from a shop's export: CSV with a header, read as a stream.
//!
//! Columns, in any order, others ignored: `member_external_id`, `order_id`, `purchased_at` (RFC 3339), `quantity`,
//! `amount_minor` (of the whole line, in the currency's smallest unit), `currency` (ISO 4217). A wrong row is refused
//! with file, line and reason, and reading goes on; a wrong header or broken quoting ends the file.

use std::{
    collections::{HashSet, VecDeque},
    io::Read,
};

use chrono::{DateTime, Utc};
use csv::{ByteRecord, ErrorKind, StringRecord};

use super::{FileError, quoted};

pub const ID_CHARS_MAX: usize = 200;
/// No order line is longer: what is, has lost its closing quote.
pub const ROW_BYTES_MAX: usize = 64 * 1024;
/// Shops' clocks differ from ours.
const CLOCK_SKEW_S: i64 = 300;
const COLUMNS: [&str; 6] = ["member_external_id", "order_id", "purchased_at", "quantity", "amount_minor", "currency"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseRow {
    pub line: u64,
    pub member_external_id: String,
    /// Not unique: an order has a row for every product.
    pub order_id: String,
    pub purchased_at: DateTime<Utc>,
    pub quantity: i32,
    /// In the currency's smallest unit, for the whole row.
    pub amount_minor: i64,
    pub currency: String,
}

/// Reads purchases from `source`. `file` is for messages, `now` refuses purchases of the future, `is_currency` knows the
/// codes of ISO 4217.
///
/// # Errors
/// [`FileError`] when the header cannot be read or lacks a column.
pub fn rows<R: Read>(file: &str, source: R, now: DateTime<Utc>, is_currency: fn(&str) -> bool) -> Result<PurchaseRows<R>, FileError> {
    let mut csv = csv::ReaderBuilder::new().flexible(true).from_reader(Metered {
        source,
        row_bytes: 0,
        bytes: 0,
        newlines: VecDeque::new(),
        line: 1,
    });
    let broken = |line, reason| FileError { file: file.into(), line, reason, ends_file: true };
    let header = csv.headers().map_err(|error| broken(1, explained(&error)))?;
    let name = |at: usize| header.get(at).unwrap_or_default().trim_start_matches('\u{FEFF}').trim();
    let mut seen = HashSet::new();
    for at in 0..header.len() {
        if COLUMNS.contains(&name(at)) && !seen.insert(name(at)) {
            return Err(broken(1, format!("The column {} appears twice.", name(at))));
        }
    }
    let missing: Vec<_> = COLUMNS.into_iter().filter(|column| !seen.contains(column)).collect();
    if !missing.is_empty() {
        return Err(broken(1, format!("The header lacks {}.", missing.join(", "))));
    }
    let width = header.len();
    let places = COLUMNS.map(|column| (0..header.len()).find(|at| name(*at) == column).unwrap_or(usize::MAX));
    Ok(PurchaseRows { file: file.to_owned(), csv, width, places, now, is_currency, last_line: 1, ended: false })
}

pub struct PurchaseRows<R> {
    file: String,
    csv: csv::Reader<Metered<R>>,
    width: usize,
    /// Where each of [`COLUMNS`] stands.
    places: [usize; 6],
    now: DateTime<Utc>,
    is_currency: fn(&str) -> bool,
    last_line: u64,
    ended: bool,
}

impl<R: Read> Iterator for PurchaseRows<R> {
    type Item = Result<PurchaseRow, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.csv.get_mut().row_bytes = 0;
        let mut record = ByteRecord::new();
        let read = self.csv.read_byte_record(&mut record);
        let end = self.csv.position().byte();
        let end_line = self.csv.get_mut().line_of(end);
        let (line, typed) = match read {
            Ok(false) => {
                self.ended = true;
                return None;
            }
            Ok(true) => {
                let inside = record.iter().flatten().filter(|b| **b == b'\n').count() as u64;
                (end_line.saturating_sub(inside), self.typed(&record))
            }
            Err(error) => {
                self.ended = true;
                // Where it began says more than where it was given up.
                (self.last_line + 1, Err(explained(&error)))
            }
        };
        self.last_line = end_line;
        Some(match typed {
            Ok(row) => Ok(PurchaseRow { line, ..row }),
            Err(reason) => Err(FileError { file: self.file.as_str().into(), line, reason, ends_file: self.ended }),
        })
    }
}

impl<R> PurchaseRows<R> {
    /// The row without its line, which only the reader knows.
    fn typed(&self, record: &ByteRecord) -> Result<PurchaseRow, String> {
        if record.len() != self.width {
            return Err(format!("The row has {} values, the header has {}.", record.len(), self.width));
        }
        let record = StringRecord::from_byte_record(record.clone()).map_err(|_| "The row is not UTF-8.")?;
        let [member, order, at, quantity, amount, currency] = self.places.map(|place| record.get(place).unwrap_or_default().trim());
        let currency = currency.to_ascii_uppercase();
        if !(self.is_currency)(&currency) {
            return Err(format!("currency is not a code of ISO 4217: {}.", quoted(&currency)));
        }
        Ok(PurchaseRow {
            line: 0,
            member_external_id: id("member_external_id", member)?,
            order_id: id("order_id", order)?,
            purchased_at: self.date(at)?,
            quantity: match number("quantity", quantity)? {
                count if count < 1 => {
                    return Err(format!("quantity must be 1 or more, not {}.", quoted(quantity)));
                }
                count => count,
            },
            amount_minor: match number("amount_minor", amount)? {
                units if units < 0 => {
                    return Err(format!("amount_minor must be 0 or more, not {}.", quoted(amount)));
                }
                units => units,
            },
            currency,
        })
    }

    fn date(&self, text: &str) -> Result<DateTime<Utc>, String> {
        let date = DateTime::parse_from_rfc3339(text)
            .map_err(|_| format!("purchased_at is not a time like 2026-01-31T12:00:00Z: {}.", quoted(text)))?
            .with_timezone(&Utc);
        if (date - self.now).num_seconds() > CLOCK_SKEW_S {
            return Err(format!("purchased_at is in the future: {}.", quoted(text)));
        }
        // A zero where an export had no date.
        if date.timestamp() <= 0 {
            return Err(format!("purchased_at is before 1970: {}.", quoted(text)));
        }
        Ok(date)
    }
}

fn id(column: &str, text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err(format!("{column} is empty."));
    }
    if text.chars().count() > ID_CHARS_MAX {
        return Err(format!("{column} is longer than {ID_CHARS_MAX} characters: {}.", quoted(text)));
    }
    if text.contains(char::is_control) {
        return Err(format!("{column} has a control character: {}.", quoted(text)));
    }
    Ok(text.to_owned())
}

fn number<N: std::str::FromStr>(column: &str, text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{column} is not a whole number in range: {}.", quoted(text)))
}

fn explained(error: &csv::Error) -> String {
    match error.kind() {
        ErrorKind::Utf8 { .. } => "The row is not UTF-8.".into(),
        _ => format!("The file cannot be read: {error}."),
    }
}

/// Stops a quote that is never closed from taking the rest of a large file for one value, and counts lines: the reader's
/// own count is late by one when lines end with CR LF, and by more after blank lines.
struct Metered<R> {
    source: R,
    row_bytes: usize,
    bytes: u64,
    /// Where line feeds stand that were read ahead.
    newlines: VecDeque<u64>,
    line: u64,
}

impl<R> Metered<R> {
    /// The line of the last byte before `end`. A line feed belongs to the line it ends.
    fn line_of(&mut self, end: u64) -> u64 {
        let mut ended = false;
        while let Some(at) = self.newlines.front().copied().filter(|at| *at < end) {
            self.newlines.pop_front();
            self.line += 1;
            ended = at + 1 == end;
        }
        self.line - u64::from(ended)
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        // The reader takes blocks of 8 KB, so a row's count begins in the block before it.
        if self.row_bytes > ROW_BYTES_MAX {
            return Err(std::io::Error::other("a row is larger than 64 KB; is a quote left open?"));
        }
        let read = self.source.read(into)?;
        let feeds = into[..read].iter().enumerate().filter(|(_, b)| **b == b'\n');
        self.newlines.extend(feeds.map(|(at, _)| self.bytes + at as u64));
        self.bytes += read as u64;
        self.row_bytes += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "member_external_id,order_id,purchased_at,quantity,amount_minor,currency\n";

    fn read(csv: &[u8]) -> Result<Vec<Result<PurchaseRow, FileError>>, FileError> {
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        Ok(rows("p.csv", csv, now, |code| matches!(code, "EUR" | "JPY"))?.collect())
    }

    fn reasons(csv: &[u8]) -> Vec<String> {
        match read(csv) {
            Ok(rows) => rows.into_iter().filter_map(|row| Some(row.err()?.to_string())).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn rows_are_read_in_any_column_order() {
        let table: [(String, &[u64]); 6] = [
            (format!("{HEADER}m1,o1,2026-01-31T12:00:00+01:00,2,1999,EUR\n"), &[2]),
            (format!("\u{FEFF}{}\r\nm1,o1,2026-01-31T12:00:00+01:00,2,1999,eur\r\nm1,o1,2026-01-31T12:00:00+01:00,2,1999,eur\r\n\r\nm1,o1,2026-01-31T12:00:00+01:00,2,1999,eur\r\n", HEADER.trim_end()), &[2, 3, 5]),
            ("x,currency,amount_minor, quantity ,purchased_at,order_id,member_external_id\n\"a\nb\",EUR,1999,2,2026-01-31T11:00:00Z,o1, m1 \n\"\",EUR,1999,2,2026-01-31T11:00:00Z,\"o1\",m1".into(), &[2, 4]),
            (format!("\u{FEFF}{HEADER}m1,o1,2026-01-31T12:00:00+01:00,2,1999,EUR\nm1,o1,2026-01-31T12:00:00+01:00,2,1999,EUR"), &[2, 3]),
            (HEADER.into(), &[]),
            (HEADER.trim_end().into(), &[]),
        ];
        for (csv, lines) in table {
            let rows: Vec<PurchaseRow> = read(csv.as_bytes()).unwrap().into_iter().map(Result::unwrap).collect();
            assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), lines, "{csv}");
            for row in rows {
                assert_eq!((row.member_external_id.as_str(), row.order_id.as_str()), ("m1", "o1"));
                assert_eq!(row.purchased_at.to_rfc3339(), "2026-01-31T11:00:00+00:00");
                assert_eq!((row.quantity, row.amount_minor, row.currency.as_str()), (2, 1999, "EUR"));
            }
        }
    }

    #[test]
    fn wrong_rows_are_refused_in_a_sentence() {
        const AT: &str = "2026-01-31T12:00:00Z";
        let long = "x".repeat(ID_CHARS_MAX + 1);
        let table = [
            (format!(",o,{AT},1,1,EUR"), "member_external_id is empty."),
            (format!("m, ,{AT},1,1,EUR"), "order_id is empty."),
            (format!("m,{long},{AT},1,1,EUR"), "order_id is longer than 200 characters: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…`."),
            (format!("m\0,o,{AT},1,1,EUR"), "member_external_id has a control character: `m`."),
            (format!("m,\"o\np\",{AT},1,1,EUR"), "order_id has a control character: `op`."),
            ("m,o,yesterday,1,1,EUR".into(), "purchased_at is not a time like 2026-01-31T12:00:00Z: `yesterday`."),
            ("m,o,2026-02-30T12:00:00Z,1,1,EUR".into(), "purchased_at is not a time like 2026-01-31T12:00:00Z: `2026-02-30T12:00:00Z`."),
            ("m,o,2026-06-01T00:06:00Z,1,1,EUR".into(), "purchased_at is in the future: `2026-06-01T00:06:00Z`."),
            ("m,o,9999-12-31T23:59:59Z,1,1,EUR".into(), "purchased_at is in the future: `9999-12-31T23:59:59Z`."),
            ("m,o,1970-01-01T00:00:00Z,1,1,EUR".into(), "purchased_at is before 1970: `1970-01-01T00:00:00Z`."),
            (format!("m,o,{AT},0,1,EUR"), "quantity must be 1 or more, not `0`."),
            (format!("m,o,{AT},-1,1,EUR"), "quantity must be 1 or more, not `-1`."),
            (format!("m,o,{AT},1.5,1,EUR"), "quantity is not a whole number in range: `1.5`."),
            (format!("m,o,{AT},2147483648,1,EUR"), "quantity is not a whole number in range: `2147483648`."),
            (format!("m,o,{AT},,1,EUR"), "quantity is not a whole number in range: ``."),
            (format!("m,o,{AT},1,-1,EUR"), "amount_minor must be 0 or more, not `-1`."),
            (format!("m,o,{AT},1,9223372036854775808,EUR"), "amount_minor is not a whole number in range: `9223372036854775808`."),
            (format!("m,o,{AT},1,=1+1,EUR"), "amount_minor is not a whole number in range: `=1+1`."),
            (format!("m,o,{AT},1,1,XXQ"), "currency is not a code of ISO 4217: `XXQ`."),
            (format!("m,o,{AT},1,1,"), "currency is not a code of ISO 4217: ``."),
            ("m,o".into(), "The row has 2 values, the header has 6."),
            (format!("m,o,{AT},1,1,EUR,more"), "The row has 7 values, the header has 6."),
            (format!("\"m,o,{AT},1,1,EUR"), "The row has 1 values, the header has 6."),
        ];
        for (row, reason) in table {
            assert_eq!(reasons(format!("{HEADER}{row}").as_bytes()), [format!("p.csv, line 2: {reason}")], "{row}");
        }
    }

    #[test]
    fn a_bad_row_does_not_hide_the_next() {
        let mut csv = HEADER.as_bytes().to_vec();
        csv.extend(b"\xFF,o,2026-01-31T12:00:00Z,1,1,EUR\nm,o\nm,o,2026-01-31T12:00:00Z,1,0,JPY\n");
        let rows = read(&csv).unwrap();
        assert_eq!(rows[0].as_ref().unwrap_err().to_string(), "p.csv, line 2: The row is not UTF-8.");
        assert_eq!(rows[1].as_ref().unwrap_err().line, 3);
        assert_eq!(rows[2].as_ref().unwrap().line, 4);
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn bad_files_are_refused_at_once() {
        let table: [(&[u8], &str); 4] = [
            (b"", "p.csv, line 1: The header lacks member_external_id, order_id, purchased_at, quantity, amount_minor, currency."),
            (b"order_id,currency,quantity,amount_minor,purchased_at\n", "p.csv, line 1: The header lacks member_external_id."),
            (b"order_id,order_id\n", "p.csv, line 1: The column order_id appears twice."),
            (b"\xFF\xFE\n", "p.csv, line 1: The row is not UTF-8."),
        ];
        for (csv, reason) in table {
            assert_eq!(reasons(csv), [reason]);
        }
        let open = format!("{HEADER}\"{}", "m,o,p\n".repeat(100_000));
        let all = reasons(open.as_bytes());
        assert_eq!(all.len(), 1);
        assert!(all[0].starts_with("p.csv, line 2: ") && all[0].contains("a quote left open"), "{}", all[0]);
        let many = format!("{HEADER}{}", "m,o,2026-01-31T12:00:00Z,1,1,EUR\n".repeat(10_000));
        assert!(reasons(many.as_bytes()).is_empty());
    }
}
