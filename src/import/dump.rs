//! A Stack Exchange data dump, read as a stream: one XML file a table, one `<row …/>` a record.
//!
//! [`rows`] gives raw attributes, [`records`] typed ones. Nothing is trusted: no document types, no entities but XML's own
//! five, no row that does not fit in memory. A value that is wrong refuses its row with file, line and reason and reading
//! goes on; XML that is wrong ends the file, because nothing after it means anything.
//!
//! Format: <https://meta.stackexchange.com/questions/2677>.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    str::FromStr,
    sync::Arc,
};

use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};
use quick_xml::{Reader, events::BytesStart, events::Event};

pub use record::{Comment, LinkKind, Post, PostKind, PostLink, Record, Tag, User, Vote, VoteKind};

use super::{FileError, quoted, shortened};

mod record;

/// Bytes of one attribute, such as a post's body.
pub const VALUE_BYTES_MAX: usize = 1024 * 1024;
/// A row has one long value and a dozen short ones.
pub const ROW_BYTES_MAX: usize = 4 * VALUE_BYTES_MAX;
/// Dates outside these years are typing errors or attacks. The first dump is of 2009.
const YEARS: std::ops::Range<i32> = 1990..2100;

/// Opens one file of a dump, whose root element must be its name in lower case: `posts` in `Posts.xml`.
///
/// # Errors
/// [`FileError`] when it cannot be opened; reading it gives the rest.
pub fn rows(path: &Path) -> Result<Rows<BufReader<File>>, FileError> {
    let named = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let file: Arc<str> = named(path.file_name()).into();
    let root = named(path.file_stem()).to_lowercase();
    match File::open(path) {
        Ok(opened) => Ok(Rows::new(&file, &root, BufReader::with_capacity(64 * 1024, opened))),
        Err(error) => Err(FileError { file, line: 0, reason: format!("The file cannot be opened: {error}."), ends_file: true }),
    }
}

/// Reads one kind of record from the folder of a dump.
///
/// # Errors
/// [`FileError`] when its file cannot be opened.
pub fn records<T: Record>(dump: &Path) -> Result<impl Iterator<Item = Result<T, FileError>>, FileError> {
    Ok(rows(&dump.join(T::FILE))?.map(|row| T::read(&row?)))
}

/// The rows of one file, in order.
pub struct Rows<R> {
    file: Arc<str>,
    root: String,
    xml: Reader<Metered<R>>,
    buffer: Vec<u8>,
    place: Position,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Position {
    BeforeRoot,
    BetweenRows,
    InRow,
    AfterRoot,
    /// Told the end or an error after which nothing can be read.
    Done,
}

impl<R: BufRead> Rows<R> {
    /// Reads rows from a source. `file` is its name for errors, `root` what its root element must be called.
    pub fn new(file: &str, root: &str, source: R) -> Self {
        let mut xml = Reader::from_reader(Metered { source, line: 1, row_bytes: 0 });
        xml.config_mut().check_comments = true;
        Rows { file: file.into(), root: root.to_owned(), xml, buffer: Vec::new(), place: Position::BeforeRoot }
    }

    /// Reads up to the next row. `None` is the file's regular end; an error is where reading stops.
    fn advance(&mut self) -> Result<Option<Result<Row, String>>, String> {
        loop {
            self.buffer.clear();
            self.xml.get_mut().row_bytes = 0;
            let line = self.xml.get_ref().line;
            let event = self.xml.read_event_into(&mut self.buffer).map_err(explained)?;
            match (self.place, event) {
                (_, Event::Decl(_) | Event::Comment(_) | Event::PI(_)) => {}
                (_, Event::DocType(_)) => return Err("Document types are not accepted.".into()),
                (place, Event::Text(text)) => {
                    let blank = text.trim_ascii() == b"" || text.trim_ascii() == b"\xEF\xBB\xBF";
                    if !blank {
                        let shown = quoted(&String::from_utf8_lossy(&text));
                        return Err(match place {
                            Position::BeforeRoot => format!("This is not an XML file of a dump; it begins with {shown}."),
                            _ => format!("There is text where a row should be: {shown}."),
                        });
                    }
                }
                (Position::BeforeRoot, Event::Start(tag)) if tag.name().as_ref() == self.root.as_bytes() => {
                    self.place = Position::BetweenRows;
                }
                (Position::BeforeRoot, Event::Empty(tag)) if tag.name().as_ref() == self.root.as_bytes() => {
                    self.place = Position::AfterRoot;
                }
                (Position::BeforeRoot, Event::Start(tag) | Event::Empty(tag)) => {
                    return Err(format!("The file should begin with <{}>, not {}.", self.root, named(&tag)));
                }
                (Position::BetweenRows, Event::Empty(tag)) if tag.name().as_ref() == b"row" => {
                    return Ok(Some(Row::read(&self.file, line, &tag)));
                }
                (Position::BetweenRows, Event::Start(tag)) if tag.name().as_ref() == b"row" => {
                    self.place = Position::InRow;
                    return Ok(Some(Row::read(&self.file, line, &tag)));
                }
                (Position::InRow, Event::End(_)) => self.place = Position::BetweenRows,
                (Position::BetweenRows, Event::End(_)) => self.place = Position::AfterRoot,
                (Position::AfterRoot, Event::Eof) => return Ok(None),
                (Position::BeforeRoot, Event::Eof) => return Err("The file is empty.".into()),
                (_, Event::Eof) => {
                    return Err(format!("The file ends before </{}>: it is incomplete.", self.root));
                }
                (_, Event::Start(tag) | Event::Empty(tag)) => {
                    return Err(format!("{} is not expected here.", named(&tag)));
                }
                (_, Event::End(_) | Event::CData(_) | Event::GeneralRef(_)) => {
                    return Err("Only rows are expected here.".into());
                }
            }
        }
    }
}

impl<R: BufRead> Iterator for Rows<R> {
    type Item = Result<Row, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.place == Position::Done {
            return None;
        }
        let read = self.advance();
        let line = self.xml.get_ref().line;
        let at = |reason, ends_file| FileError { file: self.file.clone(), line, reason, ends_file };
        match read {
            Ok(Some(row)) => Some(row.map_err(|reason| at(reason, false))),
            Ok(None) => {
                self.place = Position::Done;
                None
            }
            Err(reason) => {
                let error = at(reason, true);
                self.place = Position::Done;
                Some(Err(error))
            }
        }
    }
}

/// One record as it stands in the file: names and values, unescaped, without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub file: Arc<str>,
    pub line: u64,
    values: Vec<(String, String)>,
}

impl Row {
    fn read(file: &Arc<str>, line: u64, tag: &BytesStart) -> Result<Row, String> {
        let mut values = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| format!("An attribute cannot be read: {error}."))?;
            let name = str::from_utf8(attribute.key.as_ref()).map_err(|_| "An attribute's name is not UTF-8.".to_owned())?.to_owned();
            if attribute.value.len() > VALUE_BYTES_MAX {
                return Err(format!("{} is larger than 1 MB.", shortened(&name)));
            }
            let raw = str::from_utf8(&attribute.value).map_err(|_| format!("{} is not UTF-8.", shortened(&name)))?;
            let mut value = quick_xml::escape::unescape(raw)
                .map_err(|error| format!("{} has a reference that is not known: {error}.", shortened(&name)))?
                .into_owned();
            // PostgreSQL has no NUL in text, and no reader wants the others.
            value.retain(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'));
            values.push((name, value));
        }
        Ok(Row { file: file.clone(), line, values })
    }

    /// The value, if there is one and it is not blank.
    pub fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.values.iter().find(|(known, _)| known == name)?;
        (!value.trim().is_empty()).then_some(value)
    }

    /// # Errors
    /// [`FileError`] when the value is missing or blank.
    pub fn required(&self, name: &str) -> Result<&str, FileError> {
        self.text(name).ok_or_else(|| self.error(format!("{name} is missing.")))
    }

    /// # Errors
    /// [`FileError`] when there is a value that is no whole number or does not fit `N`.
    pub fn number<N: FromStr>(&self, name: &str) -> Result<Option<N>, FileError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(self.error(format!("{name} is not a whole number in range: {}.", quoted(text)))),
        }
    }

    /// # Errors
    /// [`FileError`] when the number is missing or wrong.
    pub fn required_number<N: FromStr>(&self, name: &str) -> Result<N, FileError> {
        self.required(name)?;
        self.number(name)?.ok_or_else(|| self.error(format!("{name} is missing.")))
    }

    /// A time in UTC, which dumps write without its zone.
    ///
    /// # Errors
    /// [`FileError`] when there is a value that is no date of our time.
    pub fn date(&self, name: &str) -> Result<Option<DateTime<Utc>>, FileError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let bare = text.strip_suffix('Z').unwrap_or(text);
        match NaiveDateTime::parse_from_str(bare, "%Y-%m-%dT%H:%M:%S%.f") {
            // A leap second is a second that the database does not have.
            Ok(date) if YEARS.contains(&date.year()) && date.nanosecond() < 1_000_000_000 => Ok(Some(date.and_utc())),
            Ok(date) if !YEARS.contains(&date.year()) => Err(self.error(format!("{name} is too far from today: {}.", quoted(text)))),
            _ => Err(self.error(format!("{name} is not a date: {}.", quoted(text)))),
        }
    }

    /// # Errors
    /// [`FileError`] when the date is missing or wrong.
    pub fn required_date(&self, name: &str) -> Result<DateTime<Utc>, FileError> {
        self.required(name)?;
        self.date(name)?.ok_or_else(|| self.error(format!("{name} is missing.")))
    }

    /// An error that costs this row, and not the rest of the file.
    pub fn error(&self, reason: String) -> FileError {
        FileError { file: self.file.clone(), line: self.line, reason, ends_file: false }
    }
}

/// Counts lines for messages, and stops a tag without an end from filling the memory.
struct Metered<R> {
    source: R,
    line: u64,
    row_bytes: usize,
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.row_bytes > ROW_BYTES_MAX {
            return Err(io::Error::other("a row is larger than 4 MB"));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        // Already in memory: this reads nothing.
        if let Ok(read) = self.source.fill_buf() {
            self.line += read.iter().take(bytes).filter(|b| **b == b'\n').count() as u64;
        }
        self.row_bytes += bytes;
        self.source.consume(bytes);
    }
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?.read(into)?;
        self.consume(bytes);
        Ok(bytes)
    }
}

fn explained(error: quick_xml::Error) -> String {
    format!("The XML cannot be read: {error}.")
}

fn named(tag: &BytesStart) -> String {
    format!("<{}>", shortened(&String::from_utf8_lossy(tag.name().as_ref())))
}

#[cfg(test)]
mod tests;
