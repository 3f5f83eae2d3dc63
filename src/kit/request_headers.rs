//! Headers as they come, made ready for those who read one value each.

use poem::{
    Request,
    http::{HeaderName, HeaderValue, header},
};

use super::{Problem, problem::General};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Joins several lines of a condition to the one list that they are (RFC 9110, 5.3). 400 `bad_parameter` for bytes that are
/// not ASCII, which the framework would take for an absent header: an edit would be made without its condition.
pub fn read(request: &mut Request) -> Result<(), Problem> {
    for (name, shown) in [(header::IF_MATCH, "If-Match"), (header::IF_NONE_MATCH, "If-None-Match"), (IDEMPOTENCY_KEY, "Idempotency-Key")] {
        let lines: Result<Vec<_>, _> = request.headers().get_all(&name).iter().map(HeaderValue::to_str).collect();
        let Ok(lines) = lines else {
            return Err(Problem::from(General::BadParameter).of_field(shown, "This must be ASCII."));
        };
        if name != IDEMPOTENCY_KEY && lines.len() > 1 {
            let list = HeaderValue::try_from(lines.join(", ")).map_err(Problem::internal)?;
            request.headers_mut().insert(name, list);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: &str, lines: &[&[u8]]) -> Request {
        let mut request = Request::default();
        for line in lines {
            request.headers_mut().append(HeaderName::try_from(name).unwrap(), HeaderValue::from_bytes(line).unwrap());
        }
        request
    }

    #[test]
    fn several_lines_are_one_list() {
        for (lines, joined) in [(&[&b"\"1\""[..]][..], "\"1\""), (&[&b"\"1\""[..], b"W/\"2\""], "\"1\", W/\"2\"")] {
            for name in ["if-match", "if-none-match"] {
                let mut request = request(name, lines);
                read(&mut request).unwrap();
                assert_eq!(request.headers().get_all(name).iter().collect::<Vec<_>>(), [joined]);
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_absent() {
        for name in ["if-match", "if-none-match", "idempotency-key"] {
            for line in [&b"\"caf\xc3\xa9\""[..], b"W/\"1\xff\""] {
                let refused = read(&mut request(name, &[b"\"1\"", line])).err().map(|problem| problem.status);
                assert_eq!(refused, Some(400), "{name} {line:?}");
            }
        }
        assert!(read(&mut Request::default()).is_ok());
    }
}
