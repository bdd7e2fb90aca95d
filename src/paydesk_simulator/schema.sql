-- The company's books. Times are UTC text of a fixed width, so that comparing text compares times.
-- `moment`, `flag` and `json` are read back as datetime, bool and lists or dicts.

CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('billing', 'vault')),
    name TEXT NOT NULL,
    api_key TEXT NOT NULL UNIQUE,
    webhook_secret TEXT NOT NULL,
    webhook_url TEXT NOT NULL,
    retry_days json NOT NULL,
    after_retries TEXT NOT NULL CHECK (after_retries IN ('unpaid', 'canceled')),
    is_wallet INTEGER NOT NULL,
    key_memory_seconds INTEGER NOT NULL,
    clock_offset_seconds INTEGER NOT NULL,
    delivery_held flag NOT NULL,
    delivery_copies INTEGER NOT NULL,
    delivery_delay_milliseconds INTEGER NOT NULL,
    calls_a_second INTEGER NOT NULL CHECK (calls_a_second >= 0),
    latency_milliseconds INTEGER NOT NULL CHECK (latency_milliseconds >= 0),
    created_at moment NOT NULL
);

CREATE TABLE IF NOT EXISTS customers (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    default_method_id TEXT,
    billing json NOT NULL,
    is_deleted flag NOT NULL,
    created_at moment NOT NULL
);
CREATE INDEX IF NOT EXISTS customers_of_account ON customers (account_id);

CREATE TABLE IF NOT EXISTS methods (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    customer_id TEXT NOT NULL REFERENCES customers (id),
    card TEXT NOT NULL,
    brand TEXT NOT NULL,
    last_four TEXT NOT NULL CHECK (length(last_four) = 4),
    expires_year INTEGER NOT NULL,
    expires_month INTEGER NOT NULL,
    created_at moment NOT NULL,
    removed_at moment
);
CREATE INDEX IF NOT EXISTS methods_of_customer ON methods (customer_id);

CREATE TABLE IF NOT EXISTS setups (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    customer_id TEXT NOT NULL REFERENCES customers (id),
    return_url TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'needs_customer', 'done', 'refused')),
    method_id TEXT,
    refusal TEXT NOT NULL,
    entered json NOT NULL,
    created_at moment NOT NULL
);

CREATE TABLE IF NOT EXISTS subscriptions (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    customer_id TEXT NOT NULL REFERENCES customers (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL CHECK (
        status IN ('incomplete', 'trialing', 'active', 'past_due', 'paused', 'unpaid', 'canceled', 'completed')
    ),
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    interval_unit TEXT NOT NULL CHECK (interval_unit IN ('day', 'week', 'month', 'year')),
    interval_count INTEGER NOT NULL CHECK (interval_count > 0),
    payments_total INTEGER,
    payments_made INTEGER NOT NULL,
    bills_made INTEGER NOT NULL,
    lines json NOT NULL,
    discounts json NOT NULL,
    discount_percent INTEGER NOT NULL,
    discounted_bills INTEGER NOT NULL,
    taxes json NOT NULL,
    method_id TEXT,
    started_at moment NOT NULL,
    anchored_at moment NOT NULL,
    next_payment_at moment,
    cancels_at moment,
    resumes_at moment,
    is_wallet INTEGER NOT NULL,
    ended_at moment,
    created_at moment NOT NULL,
    CHECK (payments_total IS NULL OR payments_made <= payments_total)
);
CREATE INDEX IF NOT EXISTS subscriptions_of_customer ON subscriptions (customer_id);
CREATE INDEX IF NOT EXISTS subscriptions_due ON subscriptions (account_id, next_payment_at);

CREATE TABLE IF NOT EXISTS bills (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    customer_id TEXT NOT NULL REFERENCES customers (id),
    subscription_id TEXT REFERENCES subscriptions (id),
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('due', 'processing', 'failed', 'paid', 'canceled', 'written_off')),
    lines json NOT NULL,
    discounts json NOT NULL,
    taxes json NOT NULL,
    balance_minor INTEGER NOT NULL,
    billing json NOT NULL,
    method_id TEXT,
    settled_by TEXT NOT NULL CHECK (settled_by IN ('', 'charge', 'balance', 'external', 'zero')),
    tries INTEGER NOT NULL,
    due_at moment NOT NULL,
    paid_at moment,
    next_attempt_at moment,
    created_at moment NOT NULL,
    CHECK ((status = 'paid') = (paid_at IS NOT NULL)),
    UNIQUE (account_id, number)
);
CREATE INDEX IF NOT EXISTS bills_of_customer ON bills (customer_id, created_at);
CREATE INDEX IF NOT EXISTS bills_due ON bills (account_id, next_attempt_at);

CREATE TABLE IF NOT EXISTS charges (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    customer_id TEXT NOT NULL REFERENCES customers (id),
    method_id TEXT,
    bill_id TEXT REFERENCES bills (id),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    tag TEXT NOT NULL,
    key TEXT NOT NULL,
    description TEXT NOT NULL,
    on_session flag NOT NULL,
    is_part flag NOT NULL,
    return_url TEXT NOT NULL,
    status TEXT NOT NULL CHECK (
        status IN ('prepared', 'needs_customer', 'pending', 'succeeded', 'declined', 'canceled')
    ),
    decline_code TEXT NOT NULL,
    retry_not_before moment,
    settles_at moment,
    created_at moment NOT NULL,
    finished_at moment
);
CREATE INDEX IF NOT EXISTS charges_of_customer ON charges (customer_id, created_at);
CREATE INDEX IF NOT EXISTS charges_of_bill ON charges (bill_id);
CREATE INDEX IF NOT EXISTS charges_by_tag ON charges (account_id, tag);
CREATE INDEX IF NOT EXISTS charges_pending ON charges (account_id, settles_at);
-- However many ask at once, a bill is paid by one charge; or by parts, which staff agreed with the customer.
CREATE UNIQUE INDEX IF NOT EXISTS one_success_for_a_bill ON charges (bill_id)
    WHERE status = 'succeeded' AND bill_id IS NOT NULL AND NOT is_part;

CREATE TABLE IF NOT EXISTS refunds (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    charge_id TEXT NOT NULL REFERENCES charges (id),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    tag TEXT NOT NULL,
    key TEXT NOT NULL,
    created_at moment NOT NULL
);
CREATE INDEX IF NOT EXISTS refunds_of_charge ON refunds (charge_id);
CREATE INDEX IF NOT EXISTS refunds_by_tag ON refunds (account_id, tag);

CREATE TABLE IF NOT EXISTS disputes (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    charge_id TEXT NOT NULL REFERENCES charges (id),
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('inquiry', 'closed', 'open', 'won', 'lost')),
    created_at moment NOT NULL,
    closed_at moment
);
CREATE INDEX IF NOT EXISTS disputes_of_charge ON disputes (charge_id);

-- Every movement of money, for drills to compare with: plus is what the merchant got, minus what went back.
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL CHECK (kind IN ('charge', 'refund', 'dispute', 'dispute_won')),
    reference TEXT NOT NULL,
    charge_id TEXT NOT NULL,
    bill_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    tag TEXT NOT NULL,
    key TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    occurred_at moment NOT NULL,
    recorded_at moment NOT NULL,
    UNIQUE (kind, reference)
);
CREATE TRIGGER IF NOT EXISTS journal_is_never_changed BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS journal_is_never_shortened BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    occurred_at moment NOT NULL,
    created_at moment NOT NULL
);
CREATE INDEX IF NOT EXISTS events_of_account ON events (account_id);

-- `due_at` is wall time: letters to others are not hurried by the business clock.
CREATE TABLE IF NOT EXISTS deliveries (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    event_id TEXT NOT NULL,
    url TEXT NOT NULL,
    body TEXT NOT NULL,
    forgery TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'held', 'delivered', 'given_up')),
    tries INTEGER NOT NULL,
    last_answer TEXT NOT NULL,
    due_at moment NOT NULL,
    created_at moment NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (status, due_at);

CREATE TABLE IF NOT EXISTS remembered_keys (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created_at moment NOT NULL,
    UNIQUE (account_id, key)
);

CREATE TABLE IF NOT EXISTS faults (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    operation TEXT NOT NULL,
    kind TEXT NOT NULL,
    times_left INTEGER NOT NULL,
    milliseconds INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS faults_of_account ON faults (account_id);
