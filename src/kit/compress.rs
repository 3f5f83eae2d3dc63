//! Smaller answers. poem's own middleware also decompresses requests, past every limit on their size, and hands a client
//! that takes anything what was not allowed.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use poem::{
    Endpoint, IntoResponse, Request, Response, Result,
    http::{HeaderMap, HeaderValue, Method, header},
};

/// Below this, headers weigh more than what is saved.
const BYTES_MIN: usize = 1_024;
/// What is text, and whole when it is sent: a stream of events must not wait for its end.
const TYPES: [&str; 9] = [
    "text/html",
    "text/plain",
    "text/css",
    "text/javascript",
    "image/svg+xml",
    "application/json",
    "application/manifest+json",
    "application/xml",
    "application/atom+xml",
];

/// Compresses what a GET is answered with, for clients that want it. Answers to writes stay as they are: some hold new
/// secrets beside words of the request, and the size of their sum would tell (BREACH).
pub async fn gzip<E: Endpoint>(inner: &E, request: Request) -> Result<Response> {
    let wanted = request.method() == Method::GET && accepts(request.headers(), "gzip");
    let may_vary = request.method() == Method::GET;
    let mut response = inner.call(request).await?.into_response();
    if !may_vary || !is_text(&response) {
        return Ok(response);
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    if !wanted || response.headers().contains_key(header::CONTENT_ENCODING) {
        return Ok(response);
    }
    let plain = response.take_body().into_bytes().await?;
    if plain.len() < BYTES_MIN {
        response.set_body(plain);
        return Ok(response);
    }
    match gzipped(&plain, Compression::default()) {
        Ok(compressed) => {
            response.set_body(compressed);
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            response.headers_mut().remove(header::CONTENT_LENGTH);
        }
        Err(_) => response.set_body(plain),
    }
    Ok(response)
}

fn gzipped(plain: &[u8], level: Compression) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(plain.len() / 4), level);
    encoder.write_all(plain).and_then(|()| encoder.finish())
}

fn is_text(response: &Response) -> bool {
    let kind = response.content_type().and_then(|kind| kind.split(';').next()).unwrap_or_default();
    TYPES.contains(&kind.trim())
}

/// Whether this body of an answer to a GET is compressed for who wants it.
pub fn pays(response: &Response, body: &[u8]) -> bool {
    is_text(response) && body.len() >= BYTES_MIN && !response.headers().contains_key(header::CONTENT_ENCODING)
}

/// As small as gzip makes it, for what is sent more than once. Takes milliseconds: not on a thread that serves requests.
pub fn best(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    gzipped(plain, Compression::best())
}

/// Whether a client takes this content coding (RFC 9110, 12.5.3).
pub fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|item| {
        let (name, weight) = item.split_once(';').unwrap_or((item, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_says_which_codings_it_takes() {
        for (header, gzip, br) in [
            ("gzip, deflate, br", true, true),
            ("gzip;q=1.0, br;q=0", true, false),
            ("GZIP ; q=0.5", true, false),
            ("identity", false, false),
            ("*", false, false),
            ("", false, false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(header))]);
            assert_eq!((accepts(&headers, "gzip"), accepts(&headers, "br")), (gzip, br), "{header}");
        }
    }
}
