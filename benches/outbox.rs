//! Delivering events that have gathered: as many votes, replies and purchases, and what their delivery tells in turn.

use std::time::Instant;

use crate::{
    Stage,
    cpu::Meter,
    delivery::{self, Held},
    load::{self, Load, Requests},
    measure,
    program::{Cache, Program},
    purchases,
    report::Claim,
};

/// For so many rounds they gather.
const ROUNDS: u32 = 5;

pub fn run(stage: &mut Stage) -> anyhow::Result<()> {
    let (forum, report) = stage.forum()?;
    let databases = &forum.databases;
    let kinds = [forum.votes.clone(), forum.replies.clone(), purchases::purchases(&purchases::shop(databases)?)];
    let one = kinds[2].clone();
    let mix = Requests::new(move |n| kinds[n as usize % kinds.len()].next());
    let program = Program::serve(databases, Cache::On)?;
    let (meter, session) = (Meter::new(&program, databases)?, databases.session()?);
    delivery::done(&session)?;

    let before = delivery::told(databases)?;
    let held = Held::hold(databases)?;
    let gathering = Load { address: program.address, connections: 16, requests: &mix, beside: None }.run(measure::round() * ROUNDS)?;
    let used = meter.read()?;
    drop(held);
    let begun = Instant::now();
    // The server looks at once when it has something to tell.
    load::once(program.address, &one.next())?;
    delivery::done(&session)?;
    let took = begun.elapsed().as_secs_f64();
    let used = meter.read()? - used;
    let events = (delivery::told(databases)? - before) as f64;

    report.table(
        "Delivering events of votes, replies and purchases",
        &["requests", "events", "events/s", "server", "PostgreSQL", "Redis", "CPU ms an event"],
    );
    let cpu = used / events;
    let figures = [cpu.server, cpu.postgres, cpu.redis, cpu.total()].map(|ms| format!("{ms:.3}"));
    report.row(&[&[gathering.answered.to_string(), format!("{events:.0}"), format!("{:.0}", events / took)][..], &figures[..]].concat());
    report.claim(Claim {
        what: "events of votes, replies and purchases, delivered".to_owned(),
        measured: format!("{:.0}/s", events / took),
        cpu: Some(cpu),
        reference: ("the requests that told them, 16 clients", format!("{:.0}/s", gathering.rate())),
        ratio: events / took / gathering.rate(),
    });
    Ok(())
}
