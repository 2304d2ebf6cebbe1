//! One account and Region with everything that happens in it.

use crate::arrivals::Arrivals;
use crate::behaviour::Behaviour;
use crate::catalog::{Api, Failure, STANDING};
use crate::inventory::Inventory;
use crate::principals::Principals;
use crate::random::Random;

/// How often the agent of an instance reports, in minutes.
const HEARTBEAT_EVERY: f64 = 5.0;

/// The calls of one API that end in one way, in one account and Region.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    /// The position of the API in the catalogue.
    pub(crate) api: usize,
    /// How the calls fail; none if they succeed.
    pub(crate) failure: Option<Failure>,
    /// The normal rate.
    pub(crate) behaviour: Behaviour,
    /// The normal calls.
    pub(crate) arrivals: Arrivals,
    /// The positions of the principals that call, the most active first.
    pub(crate) callers: Vec<usize>,
}

/// An account and Region.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The 12 digits of the account.
    pub(crate) account: String,
    /// The Region, such as `us-east-1`.
    pub(crate) region: String,
    /// What the calls are about.
    pub(crate) inventory: Inventory,
    /// Who calls.
    pub(crate) principals: Principals,
    /// The calls, in the order of the catalogue.
    pub(crate) series: Vec<Series>,
}

/// How busy a place is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// The calls of all APIs but the heartbeat, per minute.
    pub(crate) per_minute: f64,
    /// The heartbeats of instances per minute; none if they are an API like any other.
    pub(crate) heartbeat: Option<f64>,
    /// The share of the catalogue that is in use; 1 for the first Region of an account, which
    /// also has the services without Regions.
    pub(crate) used: f64,
}

impl Place {
    /// Returns the place with a load.
    pub(crate) fn new(seed: u64, account: &str, region: &str, apis: &[Api], load: Load) -> Self {
        let inventory = Inventory::new(seed, account, region);
        let fleet = (load.heartbeat.unwrap_or(0.0) * HEARTBEAT_EVERY).max(3.0);
        let fleet = crate::rounded(fleet) as usize;
        let principals = Principals::new(account, &inventory, fleet);
        let mut place = Self {
            account: account.into(),
            region: region.into(),
            inventory,
            principals,
            series: Vec::new(),
        };
        for (position, per_minute) in rates(seed, &place, apis, load) {
            place.add(seed, apis, position, None, per_minute);
            for (api, failure, share) in STANDING {
                // Failures of an API with few calls would bring its calls too close together.
                if apis[position].is(*api) && per_minute >= Behaviour::STEADY_FROM {
                    place.add(seed, apis, position, Some(*failure), per_minute * share);
                }
            }
        }
        place
    }

    /// Adds a series.
    fn add(
        &mut self,
        seed: u64,
        apis: &[Api],
        position: usize,
        failure: Option<Failure>,
        per_minute: f64,
    ) {
        let api = &apis[position];
        let behaviour = Behaviour::of_rate(per_minute);
        let code = failure.map_or("", |failure| failure.code);
        let mut random = Random::stream(
            seed,
            &format!("{} {} {} {} {code}", self.account, self.region, api.service, api.name),
        );
        let count = 1 + random.position(4);
        let callers = self.principals.usual(api.caller, count, &mut random);
        let arrivals = Arrivals::new(behaviour, random);
        self.series.push(Series { api: position, failure, behaviour, arrivals, callers });
    }
}

/// Returns the APIs in use at a place with their calls per minute.
fn rates(seed: u64, place: &Place, apis: &[Api], load: Load) -> Vec<(usize, f64)> {
    let name = format!("use {} {}", place.account, place.region);
    let mut random = Random::stream(seed, &name);
    let mut used: Vec<(usize, f64)> = Vec::new();
    for (position, api) in apis.iter().enumerate() {
        // Both are drawn for every API, so that a longer catalogue does not change its beginning.
        let (chance, favour) = (random.unit(), 0.6 + 0.8 * random.unit());
        if chance < load.used && (load.used >= 1.0 || !api.is_global()) {
            used.push((position, api.weight * favour));
        }
    }
    let is_apart = |position: usize| load.heartbeat.is_some() && apis[position].is(Api::HEARTBEAT);
    let total: f64 =
        used.iter().filter(|(position, _)| !is_apart(*position)).map(|(_, weight)| weight).sum();
    for (position, weight) in &mut used {
        *weight = match load.heartbeat {
            Some(per_minute) if is_apart(*position) => per_minute,
            _ => *weight / total * load.per_minute,
        };
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn place(load: Load) -> (Vec<Api<'static>>, Place) {
        let apis = catalog::apis(120).unwrap();
        let place = Place::new(1, "111122223333", "us-east-1", &apis, load);
        (apis, place)
    }

    #[test]
    fn the_rates_of_the_apis_add_up_to_the_load() {
        let load = Load { per_minute: 5.0, heartbeat: Some(0.7), used: 1.0 };
        let (apis, place) = place(load);
        let rate = |series: &&Series| series.behaviour.expected(0);
        let succeeding = place.series.iter().filter(|series| series.failure.is_none());
        assert!((succeeding.map(|series| rate(&series)).sum::<f64>() - 5.7).abs() < 0.3);
        let heartbeat = place.series.iter().find(|series| apis[series.api].is(Api::HEARTBEAT));
        assert!((heartbeat.as_ref().map(rate).unwrap() - 0.7).abs() < 1e-9);
    }

    #[test]
    fn a_further_region_has_no_services_without_regions() {
        let (apis, place) = place(Load { per_minute: 1.0, heartbeat: None, used: 0.5 });
        assert!(place.series.iter().all(|series| !apis[series.api].is_global()));
        assert!((30..90).contains(&place.series.len()));
    }
}
