//! A line of a purchase.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Int2, Nullable, Text, Uuid as SqlUuid},
};

use crate::domain::PurchaseId;

/// A line of a purchase, with what was granted for it and has come back. Amounts are minor units.
#[derive(QueryableByName, Clone, Debug)]
pub struct LineRow {
    #[diesel(sql_type = SqlUuid)]
    pub purchase_id: PurchaseId,
    #[diesel(sql_type = Int2)]
    pub line: i16,
    #[diesel(sql_type = Text)]
    pub sku: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub category: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub quantity: i64,
    #[diesel(sql_type = BigInt)]
    pub unit_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub discount_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub net_minor: i64,
    #[diesel(sql_type = BigInt)]
    pub points_granted: i64,
    #[diesel(sql_type = BigInt)]
    pub returned_quantity: i64,
    #[diesel(sql_type = BigInt)]
    pub points_clawed: i64,
}
