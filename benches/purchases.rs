//! Recording a purchase over HTTP, beside pgbench running the same SQL statements in one transaction. What the purchases told
//! waits meanwhile, and its delivery is counted apart.

use regulars::kit::secret;

use crate::{
    Stage,
    cpu::Meter,
    databases::Databases,
    delivery::{self, Held},
    load::{self, Load, Requests},
    measure::{self, Measured, median},
    pgbench,
    program::{Cache, Program},
    report::{COLUMNS, Claim, cells},
    statements,
};

/// Customers whose ids and external ids both follow from a number, so that pgbench can name them, too.
pub const MEMBERS: u64 = 1_000;
/// The README tells of as many as the server has connections to PostgreSQL, about.
const CLIENTS: [usize; 3] = [1, 8, 32];
const TOLD: usize = 8;
/// The request whose statements are read from the log: none of those that are measured.
pub const LOGGED: u64 = 2_000_000;

pub fn run(stage: &mut Stage) -> anyhow::Result<()> {
    let report = &mut stage.report;
    let databases = Databases::start("purchases", true)?;
    let shop = shop(&databases)?;
    databases.sql("analyze")?;
    let program = Program::serve(&databases, Cache::On)?;
    let (meter, session) = (Meter::new(&program, &databases)?, databases.session()?);
    let requests = purchases(&shop);
    let load = |connections| Load { address: program.address, connections, requests: &requests, beside: None };
    // Every connection of the pool has prepared its statements, and every wallet exists, before one request is logged.
    load(16).run(measure::round())?;
    delivery::done(&session)?;
    let script = statements::script_of(&databases, program.address, &purchase(&shop, LOGGED))?;

    report.table(
        "Recording a purchase, beside pgbench with the same statements",
        &[&["clients"][..], &COLUMNS[..], &["pgbench/s", "its CPU ms", "rate to rate", "CPU to CPU", "delivery, CPU ms"][..]].concat(),
    );
    for clients in CLIENTS {
        let (mut ours, mut theirs) = (vec![], vec![]);
        let held = Held::hold(&databases)?;
        for _ in 0..measure::rounds() {
            ours.push(measure::once(&load(clients), &meter, || Ok(()))?);
            theirs.push(pgbench::run(&databases, &script, clients)?);
        }
        let before = meter.read()?;
        drop(held);
        delivery::done(&session)?;
        let ours = Measured::of(&ours);
        // What pgbench told is delivered, too.
        let told = ours.answered as f64 + theirs.iter().map(|theirs| theirs.count).sum::<f64>();
        let delivery = ((meter.read()? - before) / told).total();
        let rate = median(theirs.iter().map(|theirs| theirs.rate).collect());
        let cost = median(theirs.iter().map(|theirs| theirs.cpu.postgres).collect());
        let mut row = vec![clients.to_string()];
        row.extend(cells(&ours));
        row.push(format!("{rate:.0}"));
        row.push(format!("{cost:.3}"));
        row.push(format!("{:.2}", ours.rate / rate));
        row.push(format!("{:.2}", ours.cpu.total() / cost));
        row.push(format!("{delivery:.3}"));
        report.row(&row);
        if clients == TOLD {
            report.claim(Claim {
                what: format!("purchase: HTTP, idempotency, ledger, outbox, {clients} clients"),
                measured: format!("{:.0}/s, p99 {:.1} ms", ours.rate, ours.p99_ms),
                cpu: Some(ours.cpu),
                reference: ("pgbench, the same statements", format!("{rate:.0}, {cost:.3} ms")),
                ratio: ours.rate / rate,
            });
        }
    }
    Ok(())
}

/// Makes a partner that knows [`MEMBERS`] customers. Returns the header that says who it is.
pub fn shop(databases: &Databases) -> anyhow::Result<String> {
    let key = format!("rk_{}", secret::random_token());
    let hash: String = secret::hash(&key).iter().map(|byte| format!("{byte:02x}")).collect();
    databases.sql(&format!(
        "insert into partner (id, name, created_at) values ('01890000-0000-7000-8000-00000000aaaa', 'bench', now());
         insert into api_key (id, partner_id, name, prefix, hash, scopes, created_at)
         select gen_random_uuid(), id, 'bench', 'rk_', '\\x{hash}', 'purchases:write', now() from partner;
         insert into member (id, handle, handle_key, display_name, created_at)
         select ('01890000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'customer' || n, 'customer' || n, 'Customer', now()
         from generate_series(1, {MEMBERS}) n;
         insert into external_member (partner_id, external_id, member_id, linked_at)
         select p.id, 'customer-' || n, ('01890000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, now()
         from partner p, generate_series(1, {MEMBERS}) n;"
    ))?;
    Ok(load::bearer(&key))
}

/// Purchases by all customers in turn.
pub fn purchases(shop: &str) -> Requests {
    let shop = shop.to_owned();
    Requests::new(move |n| purchase(&shop, n))
}

/// The nth purchase.
pub fn purchase(shop: &str, n: u64) -> Vec<u8> {
    let customer = 1 + n % MEMBERS;
    let body = format!(
        r#"{{"member":{{"external_id":"customer-{customer}"}},"order_id":"order-{n}","purchased_at":"2026-01-01T00:00:00Z","currency":"EUR",
            "lines":[{{"sku":"mug","quantity":1,"unit_minor":1999}},{{"sku":"beans","quantity":3,"unit_minor":549}}]}}"#
    );
    load::post("/api/v1/purchases", &format!("{shop}idempotency-key: key-{n}\r\n"), &body)
}
