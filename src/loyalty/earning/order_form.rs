//! An order as a request words it.

use chrono::{DateTime, Duration, Utc};
use poem_openapi::Object;

use super::rules::{AMOUNT_MINOR_MAX, Order, OrderLine};
use crate::{
    domain::Currency,
    kit::{problem::Fields, text::Text},
};

/// Lines of one order.
pub const LINES_MAX: usize = 100;
/// Pieces of one line.
pub const QUANTITY_MAX: i64 = 1_000_000;
/// Characters of an SKU, category or channel.
pub const WORD_CHARS: std::ops::RangeInclusive<usize> = 1..=100;
/// Partners' clocks differ from ours.
pub const CLOCK_SKEW_S: i64 = 300;

/// A sum that is left out is none: whether it is said does not tell two requests apart.
pub fn is_zero(amount: &i64) -> bool {
    *amount == 0
}

/// A line of an order.
#[derive(Object, Clone, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct LineForm {
    /// The product.
    pub sku: Text,
    pub category: Option<Text>,
    /// 1 to 1,000,000.
    pub quantity: i64,
    /// The price of one, in minor units of the currency, without tax.
    pub unit_minor: i64,
    /// Off the whole line; 0 by default.
    #[oai(default, skip_serializing_if = "is_zero")]
    pub discount_minor: i64,
}

/// An order. Amounts are in minor units of the currency: cents for EUR, yen for JPY.
#[derive(Object, Clone, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct OrderForm {
    pub purchased_at: DateTime<Utc>,
    /// By ISO 4217.
    pub currency: Text,
    /// Where it was bought, such as `web` or `store`.
    pub channel: Option<Text>,
    pub lines: Vec<LineForm>,
    /// Off the whole order, spread over its lines; 0 by default.
    #[oai(default, skip_serializing_if = "is_zero")]
    pub order_discount_minor: i64,
    #[oai(default, skip_serializing_if = "is_zero")]
    pub shipping_minor: i64,
    /// On top of the lines' prices.
    #[oai(default, skip_serializing_if = "is_zero")]
    pub tax_minor: i64,
    /// Paid with a gift card.
    #[oai(default, skip_serializing_if = "is_zero")]
    pub gift_card_minor: i64,
    /// Paid with points.
    #[oai(default, skip_serializing_if = "is_zero")]
    pub points_paid_minor: i64,
}

impl OrderForm {
    /// The order, when all of it can be accepted. `at` is where it stands in the body; without `now` any date will do.
    pub fn checked(self, fields: &mut Fields, at: &str, now: Option<DateTime<Utc>>) -> Option<Order> {
        let currency = Currency::parse(&self.currency);
        if currency.is_none() {
            fields.refuse(&format!("{at}/currency"), "This is not a currency of ISO 4217.");
        }
        if self.purchased_at < DateTime::UNIX_EPOCH {
            fields.refuse(&format!("{at}/purchased_at"), "This must not lie before 1970.");
        }
        let latest = now.map_or(DateTime::<Utc>::MAX_UTC, |now| now + Duration::seconds(CLOCK_SKEW_S));
        if self.purchased_at > latest || chrono::Datelike::year(&self.purchased_at) > 9_999 {
            fields.refuse(&format!("{at}/purchased_at"), "This must not lie in the future.");
        }
        if let Some(channel) = &self.channel {
            fields.chars(&format!("{at}/channel"), channel, WORD_CHARS);
        }
        let mut amount = |name: &str, amount: i64| fields.range(&format!("{at}/{name}"), amount, 0..=AMOUNT_MINOR_MAX);
        amount("order_discount_minor", self.order_discount_minor);
        amount("shipping_minor", self.shipping_minor);
        amount("tax_minor", self.tax_minor);
        amount("gift_card_minor", self.gift_card_minor);
        amount("points_paid_minor", self.points_paid_minor);
        if !(1..=LINES_MAX).contains(&self.lines.len()) {
            fields.refuse(&format!("{at}/lines"), format!("An order has 1 to {LINES_MAX} lines."));
        }
        let lines = self.lines.into_iter().enumerate();
        let lines = lines.map(|(number, line)| line.checked(fields, &format!("{at}/lines/{number}"))).collect();
        Some(Order {
            currency: currency?,
            purchased_at: self.purchased_at,
            channel: self.channel.map(|channel| channel.0),
            lines,
            order_discount_minor: self.order_discount_minor,
            shipping_minor: self.shipping_minor,
            tax_minor: self.tax_minor,
            gift_card_minor: self.gift_card_minor,
            points_paid_minor: self.points_paid_minor,
        })
    }
}

impl LineForm {
    fn checked(self, fields: &mut Fields, at: &str) -> OrderLine {
        fields.chars(&format!("{at}/sku"), &self.sku, WORD_CHARS);
        if let Some(category) = &self.category {
            fields.chars(&format!("{at}/category"), category, WORD_CHARS);
        }
        fields.range(&format!("{at}/quantity"), self.quantity, 1..=QUANTITY_MAX);
        fields.range(&format!("{at}/unit_minor"), self.unit_minor, 0..=AMOUNT_MINOR_MAX);
        match self.quantity.checked_mul(self.unit_minor) {
            Some(price) if price <= AMOUNT_MINOR_MAX => {
                fields.range(&format!("{at}/discount_minor"), self.discount_minor, 0..=price.max(0))
            }
            _ => fields.refuse(&format!("{at}/unit_minor"), format!("A line costs at most {AMOUNT_MINOR_MAX}.")),
        }
        OrderLine {
            sku: self.sku.0,
            category: self.category.map(|category| category.0),
            quantity: self.quantity,
            unit_minor: self.unit_minor,
            discount_minor: self.discount_minor,
        }
    }
}
