//! Purchases from a shop's export: CSV with a header, read as a stream. Values are parted by commas, or by what the header
//! is parted by: a semicolon (as spreadsheets write it in much of Europe), a tab, or what a first line `sep=;` says.
//!
//! Columns, in any order, others ignored: `member_external_id`, `order_id`, `purchased_at` (RFC 3339), `quantity`,
//! `amount_minor` (of the whole line, in the currency's smallest unit), `currency` (ISO 4217). A wrong row is refused
//! with file, line, reason and the order that it belongs to, and reading goes on; a wrong header or broken quoting ends
//! the file. Rows without any value, which spreadsheets leave behind, are none.

use std::{
    cmp::Ordering,
    collections::{HashSet, VecDeque},
    io::{Chain, Cursor, Read},
};

use chrono::{DateTime, Utc};
use csv::{ByteRecord, ErrorKind, StringRecord};

use super::{FileError, quoted};
use crate::kit::{text::tidy, time};

/// Characters of a member's or order's id.
pub const ID_CHARS_MAX: usize = 200;
/// No order line is longer: what is, has lost its closing quote.
pub const ROW_BYTES_MAX: usize = 64 * 1024;
/// Shops' clocks differ from ours.
const CLOCK_SKEW_S: i64 = 300;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
const COLUMNS: [&str; 6] = ["member_external_id", "order_id", "purchased_at", "quantity", "amount_minor", "currency"];

/// A row of the file: one product of an order.
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

/// A row that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    pub error: FileError,
    /// The orders that it may be a line of; where it does not even say that, it may be a line of any.
    pub orders: Option<Vec<String>>,
}

/// Reads purchases from `source`. `file` is for messages, `now` refuses purchases of the future, `is_currency` knows the
/// codes of ISO 4217.
///
/// # Errors
/// [`FileError`] when the header cannot be read or lacks a column.
pub fn rows<R: Read>(file: &str, mut source: R, now: DateTime<Utc>, is_currency: fn(&str) -> bool) -> Result<PurchaseRows<R>, FileError> {
    let broken = |line, reason| FileError { file: file.into(), line, reason, ends_file: true };
    let Beginning { read, delimiter, line } =
        Beginning::of(&mut source).map_err(|error| broken(1, format!("The file cannot be read: {error}.")))?;
    let mut csv = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(Metered {
        source: Cursor::new(read).chain(source),
        row_bytes: 0,
        bytes: 0,
        line_ends: VecDeque::new(),
        carriage_return: None,
        line,
    });
    let header = csv.headers().map_err(|error| broken(line, explained(&error)))?;
    let name = |at: usize| header.get(at).unwrap_or_default().trim_start_matches('\u{FEFF}').trim();
    let mut seen = HashSet::new();
    for at in 0..header.len() {
        if COLUMNS.contains(&name(at)) && !seen.insert(name(at)) {
            return Err(broken(line, format!("The column {} appears twice.", name(at))));
        }
    }
    let missing: Vec<_> = COLUMNS.into_iter().filter(|column| !seen.contains(column)).collect();
    if !missing.is_empty() {
        return Err(broken(line, format!("The header lacks {}.", missing.join(", "))));
    }
    let width = header.len();
    let places = COLUMNS.map(|column| (0..header.len()).find(|at| name(*at) == column).unwrap_or(usize::MAX));
    Ok(PurchaseRows { file: file.to_owned(), csv, width, places, now, is_currency, last_line: line, ended: false })
}

/// The rows of one file, in order; an error takes the place of a row that cannot be read.
pub struct PurchaseRows<R> {
    file: String,
    csv: csv::Reader<Metered<Chain<Cursor<Vec<u8>>, R>>>,
    width: usize,
    /// Where each of [`COLUMNS`] stands.
    places: [usize; 6],
    now: DateTime<Utc>,
    is_currency: fn(&str) -> bool,
    last_line: u64,
    ended: bool,
}

/// How a file begins.
struct Beginning {
    /// From the header on, as far as it was read.
    read: Vec<u8>,
    delimiter: u8,
    /// Of the header.
    line: u64,
}

impl Beginning {
    fn of(source: &mut impl Read) -> std::io::Result<Self> {
        let mut read = Vec::new();
        let line_end = |bytes: &[u8]| bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        while line_end(&read).is_none() && read.len() < ROW_BYTES_MAX && source.by_ref().take(4096).read_to_end(&mut read)? > 0 {}
        if read.starts_with(b"\xFF\xFE") || read.starts_with(b"\xFE\xFF") {
            return Err(std::io::Error::other("it is UTF-16; save it as CSV in UTF-8"));
        }
        let end = line_end(&read).unwrap_or(read.len());
        let first = String::from_utf8_lossy(&read[..end]).trim_start_matches('\u{FEFF}').trim_end().to_owned();
        if let Some([delimiter]) = first.to_ascii_lowercase().strip_prefix("sep=").map(str::as_bytes) {
            let rest = if read[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
            return Ok(Self { delimiter: *delimiter, read: read.split_off(rest.min(read.len())), line: 2 });
        }
        let columns = |delimiter: &u8| {
            let names = first.split(char::from(*delimiter)).map(|name| name.trim().trim_matches('"').trim());
            names.filter(|name| COLUMNS.contains(name)).count()
        };
        // Of several with as many it is the last: the comma.
        let delimiter = DELIMITERS.into_iter().rev().max_by_key(columns).unwrap_or(b',');
        Ok(Self { read, delimiter, line: 1 })
    }
}

impl<R: Read> Iterator for PurchaseRows<R> {
    type Item = Result<PurchaseRow, BadRow>;

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
            Ok(true) if record.iter().all(|value| value.trim_ascii().is_empty()) => {
                self.last_line = end_line;
                return self.next();
            }
            Ok(true) => {
                let inside: u64 = record.iter().map(line_ends).sum();
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
            Err(reason) => {
                let error = FileError { file: self.file.as_str().into(), line, reason, ends_file: self.ended };
                Err(BadRow { error, orders: self.orders_of(&record) })
            }
        })
    }
}

fn line_ends(bytes: &[u8]) -> u64 {
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    let returns = bytes.iter().enumerate().filter(|(at, byte)| **byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')).count();
    (feeds + returns) as u64
}

impl<R> PurchaseRows<R> {
    /// The orders that a refused row may be a line of. A row with too many values has its order's among them; what is lost
    /// of a row with too few may be just that.
    fn orders_of(&self, record: &ByteRecord) -> Option<Vec<String>> {
        let name = |value: &[u8]| id("order_id", str::from_utf8(value).ok()?).ok();
        match record.len().cmp(&self.width) {
            Ordering::Less => None,
            Ordering::Equal => Some(vec![name(record.get(self.places[1])?)?]),
            Ordering::Greater => Some(record.iter().filter_map(name).collect()),
        }
    }

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
        let date = time::parse(text).ok_or_else(|| format!("purchased_at is not a time like 2026-01-31T12:00:00Z: {}.", quoted(text)))?;
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
    let text = &tidy(text);
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

/// Stops a quote that is never closed from taking the rest of a large file for one value, and counts lines, whether they
/// end with LF, CR LF or CR: the reader's own count is late by one when it is CR LF, and by more after blank lines.
struct Metered<R> {
    source: R,
    row_bytes: usize,
    bytes: u64,
    /// Where lines end that were read ahead.
    line_ends: VecDeque<u64>,
    /// Where the last carriage return stands: a line feed right after it ends the same line.
    carriage_return: Option<u64>,
    line: u64,
}

impl<R> Metered<R> {
    /// The line of the last byte before `end`. What ends a line belongs to it.
    fn line_of(&mut self, end: u64) -> u64 {
        let mut ended = false;
        while let Some(at) = self.line_ends.front().copied().filter(|at| *at < end) {
            self.line_ends.pop_front();
            self.line += 1;
            ended = at + 1 == end;
        }
        self.line - u64::from(ended)
    }

    fn see(&mut self, at: u64, byte: u8) {
        let return_before = self.carriage_return.filter(|before| before + 1 == at);
        match (byte, return_before) {
            (b'\r', _) => {
                self.line_ends.push_back(at);
                self.carriage_return = Some(at);
            }
            (b'\n', None) => self.line_ends.push_back(at),
            // Unless that line's end was passed already.
            (b'\n', Some(before)) => {
                if let Some(last) = self.line_ends.back_mut().filter(|last| **last == before) {
                    *last = at;
                }
            }
            _ => {}
        }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        // The reader takes blocks of 8 KB, so a row's count begins in the block before it.
        if self.row_bytes > ROW_BYTES_MAX {
            return Err(std::io::Error::other("a row is larger than 64 KB; is a quote left open?"));
        }
        let read = self.source.read(into)?;
        for (at, byte) in into[..read].iter().enumerate() {
            self.see(self.bytes + at as u64, *byte);
        }
        self.bytes += read as u64;
        self.row_bytes += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "member_external_id,order_id,purchased_at,quantity,amount_minor,currency\n";

    fn read(csv: &[u8]) -> Result<Vec<Result<PurchaseRow, BadRow>>, FileError> {
        let now = "2026-06-01T00:00:00Z".parse().unwrap();
        Ok(rows("p.csv", csv, now, |code| matches!(code, "EUR" | "JPY"))?.collect())
    }

    fn reasons(csv: &[u8]) -> Vec<String> {
        match read(csv) {
            Ok(rows) => rows.into_iter().filter_map(|row| Some(row.err()?.error.to_string())).collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn rows_are_read_in_any_column_order() {
        let excel =
            |delimiter: &str| HEADER.replace(',', delimiter) + &"m1,o1,2026-01-31T12:00:00+01:00,2,1999,EUR\r\n".replace(',', delimiter);
        let table: [(String, &[u64]); 13] = [
            (format!("{HEADER}m1,o1,2026-01-31T12:00:00+01:00,2,1999,EUR\n"), &[2]),
            (format!("\u{FEFF}{}\r\nm1,o1,2026-01-31T12:00:00+01:00,2,1999,eur\r\nm1,o1,2026-01-31T12:00:00+01:00,2,1999,eur\r\n\r\nm1,o1,2026-01-31T12:00:00+01:00,2,1999,eur\r\n", HEADER.trim_end()), &[2, 3, 5]),
            ("x,currency,amount_minor, quantity ,purchased_at,order_id,member_external_id\n\"a\nb\",EUR,1999,2,2026-01-31T11:00:00Z,o1, m1 \n\"\",EUR,1999,2,2026-01-31T11:00:00Z,\"o1\",m1".into(), &[2, 4]),
            (format!("\u{FEFF}{HEADER}m1,o1,2026-01-31T12:00:00+01:00,2,1999,EUR\nm1,o1,2026-01-31T12:00:00+01:00,2,1999,EUR"), &[2, 3]),
            (HEADER.into(), &[]),
            (HEADER.trim_end().into(), &[]),
            (excel(";"), &[2]),
            (excel("\t"), &[2]),
            (format!("\u{FEFF}sep=;\r\n{}", excel(";")), &[3]),
            (format!("sep=,\n{}", excel(",")), &[3]),
            // Rows that a spreadsheet left behind.
            (format!("{};;;;;\r\n ;;;;;\r\n", excel(";")), &[2]),
            (HEADER.replace('\n', "\r") + "m1,o1,2026-01-31T12:00:00+01:00,2,1999,EUR\r\rm1,o1,2026-01-31T12:00:00+01:00,2,1999,EUR\r", &[2, 4]),
            (format!("{HEADER}\u{FEFF}m1,\u{200b}o1 ,2026-01-31T12:00:00+01:00,2,1999,EUR\n"), &[2]),
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
        assert_eq!(rows[0].as_ref().unwrap_err().error.to_string(), "p.csv, line 2: The row is not UTF-8.");
        assert_eq!(rows[1].as_ref().unwrap_err().error.line, 3);
        assert_eq!(rows[2].as_ref().unwrap().line, 4);
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn a_bad_row_says_whose_line_it_may_be() {
        const AT: &str = "2026-01-31T12:00:00Z";
        let table: [(String, Option<&[&str]>); 7] = [
            (format!("m,o1,{AT},1.5,1,EUR"), Some(&["o1"])),
            (format!("m, o1 ,{AT},-1,1,EUR"), Some(&["o1"])),
            (format!("m,o1,{AT},1,19,99,EUR"), Some(&["m", "o1", AT, "1", "19", "99", "EUR"])),
            (format!("m,,{AT},1,1,EUR"), None),
            (format!("m,{},{AT},1,1,EUR", "x".repeat(ID_CHARS_MAX + 1)), None),
            (format!("m,{AT},1,1,EUR"), None),
            ("m,o".into(), None),
        ];
        for (row, orders) in table {
            let told = read(format!("{HEADER}{row}").as_bytes()).unwrap().remove(0).unwrap_err().orders;
            assert_eq!(told, orders.map(|orders| orders.iter().map(|order| (*order).to_owned()).collect::<Vec<_>>()), "{row}");
        }
        let not_text = [HEADER.as_bytes(), b"\xFF,o1,x,1,1,EUR\nm,\xFF,x,1,1,EUR\n"].concat();
        let told: Vec<_> = read(&not_text).unwrap().into_iter().map(|row| row.unwrap_err().orders).collect();
        assert_eq!(told, [Some(vec!["o1".to_owned()]), None]);
    }

    #[test]
    fn bad_files_are_refused_at_once() {
        let table: [(&[u8], &str); 6] = [
            (b"", "p.csv, line 1: The header lacks member_external_id, order_id, purchased_at, quantity, amount_minor, currency."),
            (b"order_id,currency,quantity,amount_minor,purchased_at\n", "p.csv, line 1: The header lacks member_external_id."),
            (b"order_id,order_id\n", "p.csv, line 1: The column order_id appears twice."),
            (b"\xFF\xFE\n", "p.csv, line 1: The file cannot be read: it is UTF-16; save it as CSV in UTF-8."),
            (b"\xFFx\n", "p.csv, line 1: The row is not UTF-8."),
            (b"sep=;\norder_id;order_id\n", "p.csv, line 2: The column order_id appears twice."),
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
