//! Rounds of loads, several in turn, and what an answer cost.

use std::{env, time::Duration};

use crate::{
    cpu::{Cpu, Meter},
    load::{Answers, Load},
};

const ROUND_MS: &str = "BENCH_ROUND_MS";
const ROUNDS: &str = "BENCH_ROUNDS";
/// Connections have prepared their statements by then, and what is kept is kept.
const WARM_UP: Duration = Duration::from_millis(200);

/// How long each side of a comparison is measured at a time.
pub fn round() -> Duration {
    Duration::from_millis(variable(ROUND_MS).unwrap_or(2_000))
}

/// How many times, in turn.
pub fn rounds() -> usize {
    variable(ROUNDS).unwrap_or(3) as usize
}

/// Whether this is a run to see that it works, and not what the README may claim.
pub fn is_trial() -> bool {
    variable(ROUND_MS).or(variable(ROUNDS)).is_some()
}

fn variable(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// What a load came to: of each figure, the median of the rounds.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Answers a second.
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// An answer's, with all that was done meanwhile.
    pub cpu: Cpu,
    /// In all rounds.
    pub answered: usize,
    /// 503, and 429, in all rounds.
    pub refused: usize,
}

/// One round of a load.
pub struct Round {
    answers: Answers,
    /// An answer's.
    cpu: Cpu,
}

/// Measures one round. `after` it is waited for, and its CPU counts.
pub fn once(load: &Load, meter: &Meter, after: impl Fn() -> anyhow::Result<()>) -> anyhow::Result<Round> {
    let before = meter.read()?;
    let answers = load.run(round())?;
    after()?;
    let cpu = (meter.read()? - before) / answers.answered.max(1) as f64;
    Ok(Round { answers, cpu })
}

/// Has everything ready that a server makes when it is first asked for it.
pub fn warm_up(load: &Load) -> anyhow::Result<()> {
    load.run(WARM_UP.min(round())).map(drop)
}

/// Measures one load after another, and so again in each round, each as [`once`].
pub fn in_turn<const SIDES: usize>(
    sides: [(&Load, &Meter); SIDES],
    after: impl Fn() -> anyhow::Result<()>,
) -> anyhow::Result<[Measured; SIDES]> {
    for (load, _) in sides {
        warm_up(load)?;
        after()?;
    }
    let mut seen = [const { Vec::new() }; SIDES];
    for _ in 0..rounds() {
        for ((load, meter), seen) in sides.iter().zip(&mut seen) {
            seen.push(once(load, meter, &after)?);
        }
    }
    Ok(seen.map(|rounds| Measured::of(&rounds)))
}

/// One load, with nothing to wait for.
pub fn alone(load: &Load, meter: &Meter) -> anyhow::Result<Measured> {
    let [measured] = in_turn([(load, meter)], || Ok(()))?;
    Ok(measured)
}

impl Measured {
    /// At least one round.
    pub fn of(rounds: &[Round]) -> Self {
        let of = |figure: &dyn Fn(&Round) -> f64| median(rounds.iter().map(figure).collect());
        Self {
            rate: of(&|round| round.answers.rate()),
            p50_ms: of(&|round| round.answers.percentile_ms(50)),
            p99_ms: of(&|round| round.answers.percentile_ms(99)),
            cpu: Cpu {
                server: of(&|round| round.cpu.server),
                postgres: of(&|round| round.cpu.postgres),
                redis: of(&|round| round.cpu.redis),
            },
            answered: rounds.iter().map(|round| round.answers.answered).sum(),
            refused: rounds.iter().map(|round| round.answers.refused).sum(),
        }
    }
}

/// The one in the middle; of an even number, the upper one.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
