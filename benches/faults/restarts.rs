//! Two servers behind a plain balancer are restarted in turn, under load.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::sleep,
};

use crate::{
    Finding,
    client::{Client, get, post},
    place::{Place, order},
    process::Site,
    times,
};

/// How often the balancer asks whether a server is ready. The delay is several times as long.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const DELAY_S: &str = "2";
const CLIENTS: usize = 16;

pub async fn run() -> Vec<Finding> {
    let restarts = times("RESTARTS", 10);
    let (place, first) = Place::serving(Site::new().with("SHUTDOWN_DELAY_S", DELAY_S), async |url| url.to_owned()).await;
    let second_site = Site::new().with("DATABASE_URL", &place.database_url).with("SHUTDOWN_DELAY_S", DELAY_S).with("RUST_LOG", "warn");
    let second = second_site.serve().await;
    let balancer = Balancer::start([place.site.address, second_site.address]).await;
    let load = Load::start(balancer.address, &place.shop_key);

    let sites = [&place.site, &second_site];
    let mut servers = [first, second];
    let mut ended_well = true;
    for restart in 0..restarts {
        let at = restart % 2;
        servers[at].terminate();
        let server = &mut servers[at];
        ended_well &= tokio::task::block_in_place(|| server.ends_well());
        servers[at] = sites[at].serve().await;
        // The balancer must know before it is the other one's turn.
        sleep(3 * LOOK_EVERY).await;
    }
    let (answered, failed, orders) = load.stop().await;
    let (holds, seen) = place.has_once(&orders).await;
    servers.iter_mut().for_each(|server| server.end());
    place.end();
    vec![Finding::new(
        format!("{restarts} rolling restarts of two servers behind a plain balancer, {CLIENTS} clients"),
        format!("{answered} requests answered, {failed} failed; {seen}"),
        "no request fails, and no client sends one twice",
        failed == 0 && answered > 0 && holds && ended_well,
    )]
}

/// Hands each connection to the next server that said it is ready when it was last asked.
struct Balancer {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Balancer {
    async fn start(servers: [SocketAddr; 2]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut tasks = JoinSet::new();
        let ready = servers.map(|server| {
            let ready = Arc::new(AtomicBool::new(true));
            let known = ready.clone();
            tasks.spawn(async move {
                let request = get("/health/ready", None);
                loop {
                    // As balancers do, on a connection of its own each time.
                    let answer = Client::new(server).send(&request).await;
                    known.store(matches!(answer, Ok((200, _))), Ordering::Relaxed);
                    sleep(LOOK_EVERY).await;
                }
            });
            (server, ready)
        });
        tasks.spawn(async move {
            let mut carried = JoinSet::new();
            for turn in 0.. {
                let Ok((mut client, _)) = listener.accept().await else { continue };
                let next = &ready[turn % 2];
                let (server, _) = if next.1.load(Ordering::Relaxed) { next } else { &ready[(turn + 1) % 2] };
                let server = *server;
                carried.spawn(async move {
                    if let Ok(mut server) = TcpStream::connect(server).await {
                        let _ = (client.set_nodelay(true), server.set_nodelay(true));
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                });
                while carried.try_join_next().is_some() {}
            }
        });
        Self { address, _tasks: tasks }
    }
}

/// Clients who read and write in turn, and send nothing twice.
struct Load {
    stops: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
    clients: JoinSet<Vec<String>>,
}

impl Load {
    fn start(address: SocketAddr, shop_key: &str) -> Self {
        let mut load = Self { stops: Arc::default(), answered: Arc::default(), failed: Arc::default(), clients: JoinSet::new() };
        let next = Arc::new(AtomicU64::new(0));
        for _ in 0..CLIENTS {
            let (stops, answered, failed, next) = (load.stops.clone(), load.answered.clone(), load.failed.clone(), next.clone());
            let shop_key = shop_key.to_owned();
            load.clients.spawn(async move {
                let (mut client, mut orders) = (Client::new(address), Vec::new());
                while !stops.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let (request, id) = if number % 4 == 0 {
                        let order = order(number);
                        let id = format!("order-{number}");
                        (post("/api/v1/purchases", &shop_key, &id, &order), Some(id))
                    } else {
                        (get("/api/v1/questions", None), None)
                    };
                    match client.send(&request).await {
                        Ok((200..300, _)) => {
                            answered.fetch_add(1, Ordering::Relaxed);
                            orders.extend(id);
                        }
                        answer => {
                            eprintln!("failed: {:?}", answer.map(|(status, body)| (status, String::from_utf8_lossy(&body).into_owned())));
                            failed.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    sleep(Duration::from_millis(20)).await;
                }
                orders
            });
        }
        load
    }

    async fn stop(mut self) -> (usize, usize, Vec<String>) {
        self.stops.store(true, Ordering::Relaxed);
        let mut orders = Vec::new();
        while let Some(Ok(more)) = self.clients.join_next().await {
            orders.extend(more);
        }
        (self.answered.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed), orders)
    }
}
