//! Which error it was: its SQLSTATE, whatever language PostgreSQL speaks (`lc_messages`).
//!
//! diesel tells some errors apart by kind and hands on texts for the rest, so a connection adds the SQLSTATE of every
//! error that arrives where diesel shows it: as the name of a column, which no error without a kind of its own has.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use diesel::{
    ConnectionError, ConnectionResult,
    result::{DatabaseErrorKind as Kind, Error},
};
use futures_util::future::BoxFuture;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::UnixStream,
};
use tokio_postgres::{
    Client, Config, NoTls, Socket,
    config::{Host, SslMode, SslNegotiation},
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream},
};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Of several transactions that waited for each other this one was ended.
pub const DEADLOCK: &str = "40P01";
/// A lock was not to be had within `lock_timeout`.
pub const LOCK_NOT_AVAILABLE: &str = "55P03";

/// The SQLSTATE of an error that came from the server.
pub fn of(error: &Error) -> Option<&str> {
    if let Error::DatabaseError(_, about) = error { about.column_name() } else { None }
}

/// Whether the same statement may succeed later: a connection that broke, a deadlock, a time-out, a full disk, a server
/// that starts, stops or has become a standby.
pub fn may_pass(error: &Error) -> bool {
    match error {
        Error::BrokenTransactionManager => true,
        Error::DatabaseError(
            Kind::ClosedConnection | Kind::UnableToSendCommand | Kind::SerializationFailure | Kind::ReadOnlyTransaction,
            _,
        ) => true,
        error => of(error).is_some_and(passes),
    }
}

fn passes(sqlstate: &str) -> bool {
    let class = |class: &&str| sqlstate.starts_with(class);
    // Connection exceptions, rollbacks, insufficient resources, operator intervention.
    ["08", "40", "53", "57"].iter().any(class) || [LOCK_NOT_AVAILABLE, "25P03", "25006", "58030"].contains(&sqlstate)
}

/// Drives a connection until it ends.
type Driver = BoxFuture<'static, Result<(), tokio_postgres::Error>>;

/// Connects, with `tls` where the configuration requires it.
pub async fn connect(mut config: Config, tls: Option<MakeRustlsConnect>) -> ConnectionResult<(Client, Driver)> {
    if let [Host::Unix(folder)] = config.get_hosts() {
        let path = folder.join(format!(".s.PGSQL.{}", config.get_ports().first().unwrap_or(&5432)));
        let stream = UnixStream::connect(path).await.map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        let stream = Stated::<_, false>::new(stream);
        let (client, connection) = config.ssl_mode(SslMode::Disable).connect_raw(stream, NoTls).await.map_err(bad_connection)?;
        return Ok((client, Box::pin(connection)));
    }
    if let Some(tls) = tls {
        let (client, connection) = config.connect(Encrypted(tls)).await.map_err(bad_connection)?;
        return Ok((client, Box::pin(connection)));
    }
    // What stands in for TLS listens and encrypts nothing, and the server is not asked about it.
    config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
    let (client, connection) = config.connect(Plain).await.map_err(bad_connection)?;
    Ok((client, Box::pin(connection)))
}

/// The error of a connection that could not be opened, in the driver's words.
pub fn bad_connection(error: tokio_postgres::Error) -> ConnectionError {
    ConnectionError::BadConnection(error.to_string())
}

/// What comes from the server, with the SQLSTATE of errors said twice.
struct Stated<S, const TLS: bool> {
    inner: S,
    /// The beginning of a message: up to its length, or the whole of an error as far as it has come.
    head: Vec<u8>,
    /// What is still to come of a message that is handed on as it is.
    passing: usize,
    /// For the reader, who has had the first `given` bytes of it.
    ready: Vec<u8>,
    given: usize,
}

const HEADER_BYTES: usize = 5;
const CHUNK_BYTES: usize = 8 * 1024;

impl<S, const TLS: bool> Stated<S, TLS> {
    fn new(inner: S) -> Self {
        Self { inner, head: Vec::new(), passing: 0, ready: Vec::new(), given: 0 }
    }

    fn observe(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let wanted = if self.passing > 0 { self.passing } else { self.wanted() - self.head.len() };
            let (now, later) = bytes.split_at(wanted.min(bytes.len()));
            bytes = later;
            if self.passing > 0 {
                self.ready.extend_from_slice(now);
                self.passing -= now.len();
                continue;
            }
            self.head.extend_from_slice(now);
            if self.head.len() < self.wanted() {
                continue;
            }
            match self.head[0] {
                b'E' => self.ready.extend(stated(&self.head)),
                _ => {
                    self.passing = message_bytes(&self.head) - HEADER_BYTES;
                    self.ready.extend_from_slice(&self.head);
                }
            }
            self.head.clear();
        }
    }

    /// How much of a message is needed to say what becomes of it: its header, or the whole of an error.
    fn wanted(&self) -> usize {
        if self.head.len() >= HEADER_BYTES && self.head[0] == b'E' { message_bytes(&self.head) } else { HEADER_BYTES }
    }
}

/// A message begins with its type and its length, which counts itself and not the type.
fn message_bytes(head: &[u8]) -> usize {
    let length = head.get(1..HEADER_BYTES).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
    (length as usize + 1).max(HEADER_BYTES)
}

/// An ErrorResponse: fields of a type and a text that ends with 0, and a 0 that ends them. C is the SQLSTATE, c a column.
fn stated(message: &[u8]) -> Vec<u8> {
    let Some((0, fields)) = message.get(HEADER_BYTES..).and_then(|body| body.split_last()) else { return message.to_vec() };
    let Some(state) = fields.split(|byte| *byte == 0).find_map(|field| field.strip_prefix(b"C")) else { return message.to_vec() };
    // One byte more for the field's type, one for its end, and one less because the message's type is not counted.
    let length = (message.len() + state.len() + 1) as u32;
    [&b"E"[..], &length.to_be_bytes()[..], fields, b"c", state, &[0, 0]].concat()
}

impl<S: AsyncRead + Unpin, const TLS: bool> AsyncRead for Stated<S, TLS> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.given == self.ready.len() {
            let mut chunk = [0; CHUNK_BYTES];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut self.inner).poll_read(context, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.ready.clear();
            self.given = 0;
            self.observe(chunk.filled());
        }
        let bytes = buffer.remaining().min(self.ready.len() - self.given);
        buffer.put_slice(&self.ready[self.given..self.given + bytes]);
        self.given += bytes;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin, const TLS: bool> AsyncWrite for Stated<S, TLS> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Stated<S, false> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl<S: TlsStream + Unpin> TlsStream for Stated<S, true> {
    fn channel_binding(&self) -> ChannelBinding {
        self.inner.channel_binding()
    }
}

#[derive(Clone, Copy)]
struct Plain;

impl MakeTlsConnect<Socket> for Plain {
    type Stream = Stated<Socket, false>;
    type TlsConnect = Self;
    type Error = io::Error;
    fn make_tls_connect(&mut self, _: &str) -> io::Result<Self> {
        Ok(Self)
    }
}

impl TlsConnect<Socket> for Plain {
    type Stream = Stated<Socket, false>;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Self::Stream>>;
    fn connect(self, socket: Socket) -> Self::Future {
        std::future::ready(Ok(Stated::new(socket)))
    }
}

struct Encrypted<T>(T);

impl<T> MakeTlsConnect<Socket> for Encrypted<T>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Unpin,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send + 'static,
    <T::TlsConnect as TlsConnect<Socket>>::Error: 'static,
{
    type Stream = Stated<T::Stream, true>;
    type TlsConnect = Encrypted<T::TlsConnect>;
    type Error = T::Error;
    fn make_tls_connect(&mut self, domain: &str) -> Result<Self::TlsConnect, T::Error> {
        self.0.make_tls_connect(domain).map(Encrypted)
    }
}

impl<T> TlsConnect<Socket> for Encrypted<T>
where
    T: TlsConnect<Socket>,
    T::Stream: Unpin,
    T::Future: Send + 'static,
    T::Error: 'static,
{
    type Stream = Stated<T::Stream, true>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, T::Error>> + Send>>;
    fn connect(self, socket: Socket) -> Self::Future {
        let connecting = self.0.connect(socket);
        Box::pin(async move { connecting.await.map(Stated::new) })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::{ClientConfig, RootCertStore, ServerConfig, crypto::ring::default_provider, pki_types::PrivateKeyDer};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    use tokio_rustls::TlsAcceptor;

    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        [&[kind][..], &(body.len() as u32 + 4).to_be_bytes()[..], body].concat()
    }

    #[test]
    fn errors_say_their_sqlstate_however_they_are_cut() {
        let error = message(b'E', b"SFEHLER\0VERROR\0C55P03\0MSperre!\0\0");
        let told = message(b'E', b"SFEHLER\0VERROR\0C55P03\0MSperre!\0c55P03\0\0");
        let (row, done) = (message(b'D', b"E\0\0\0\x07C12345\0"), message(b'Z', b"I"));
        let sent = [&row[..], &error, &done, &error].concat();
        let expected = [&row[..], &told, &done, &told].concat();
        for size in 1..=sent.len() {
            let mut wire = Stated::<(), false>::new(());
            sent.chunks(size).for_each(|chunk| wire.observe(chunk));
            assert_eq!(wire.ready, expected, "in pieces of {size}");
        }
        // What is no error as we know them is left alone.
        for odd in [message(b'E', b""), message(b'E', b"SERROR\0\0")] {
            assert_eq!(stated(&odd), odd);
        }
    }

    /// A server that lets everybody in over TLS, and fails every query.
    async fn fails_over_tls(listener: TcpListener, acceptor: TlsAcceptor) -> io::Result<()> {
        let (mut socket, _) = listener.accept().await?;
        let mut ssl_request = [0; 8];
        socket.read_exact(&mut ssl_request).await?;
        socket.write_all(b"S").await?;
        let mut socket = acceptor.accept(socket).await?;
        let mut startup = vec![0; socket.read_u32().await? as usize - 4];
        socket.read_exact(&mut startup).await?;
        let ready = message(b'Z', b"I");
        socket.write_all(&[message(b'R', &[0; 4]), ready.clone()].concat()).await?;
        while socket.read_u8().await? == b'Q' {
            let mut query = vec![0; socket.read_u32().await? as usize - 4];
            socket.read_exact(&mut query).await?;
            socket.write_all(&[message(b'E', b"SFEHLER\0VERROR\0C55P03\0MSperre!\0\0"), ready.clone()].concat()).await?;
        }
        Ok(())
    }

    #[tokio::test]
    async fn errors_say_their_sqlstate_over_tls() {
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = certified.cert.der().clone();
        let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
        let provider = Arc::new(default_provider());
        let ours = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
        let ours = ours.with_no_client_auth().with_single_cert(vec![certificate.clone()], key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("host=localhost hostaddr=127.0.0.1 port={} user=ada sslmode=require", listener.local_addr().unwrap().port());
        let server = tokio::spawn(fails_over_tls(listener, TlsAcceptor::from(Arc::new(ours))));

        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let theirs = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let tls = MakeRustlsConnect::new(theirs.with_root_certificates(roots).with_no_client_auth());
        let (client, driver) = connect(url.parse().unwrap(), Some(tls)).await.unwrap();
        let driver = tokio::spawn(driver);
        for _ in 0..2 {
            let error = client.batch_execute("lock table post").await.unwrap_err();
            assert_eq!(error.as_db_error().unwrap().column(), Some(LOCK_NOT_AVAILABLE));
        }
        drop(client);
        driver.await.unwrap().unwrap();
        server.await.unwrap().unwrap();
    }

    #[test]
    fn what_may_pass() {
        for (sqlstate, expected) in [
            ("55P03", true),
            ("40P01", true),
            ("57014", true),
            ("57P01", true),
            ("53100", true),
            ("08006", true),
            ("25P03", true),
            ("25006", true),
            ("42601", false),
            ("22003", false),
            ("23505", false),
            ("P0001", false),
            ("25P02", false),
        ] {
            assert_eq!(passes(sqlstate), expected, "{sqlstate}");
        }
    }
}
