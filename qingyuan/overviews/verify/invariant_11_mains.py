"""11 Main = Σ subs + what is shown as its difference (总表 = 分表之和 + 差额), of which no more is shared than there is."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

# The bill's snapshot says what was deducted; the consumptions of the subs in the same period say what had to be. A sub
# whose usage was changed afterwards is matched by any of its revisions: the change goes its own way, by a correction.
_STEPS = """
    SELECT b.id, b.bill_no, b.point_id, b.yyyymm, b.round_no, b.volume,
           step->>0 AS kind, (step->>1)::numeric AS step_volume, step->>2 AS reference
    FROM bill b JOIN bill_live l ON l.bill_id = b.id
    CROSS JOIN LATERAL jsonb_array_elements(b.snapshot::jsonb->'input'->'pieces') AS piece
    CROSS JOIN LATERAL jsonb_array_elements(piece->3) AS step
    WHERE b.point_id IN (SELECT main_id FROM meter_link WHERE kind IN ('DEDUCT', 'ALLOCATE'))
"""
# Of a bill or of what corrected it: a link that was registered for a past date comes into its bills by corrections.
_TOLD = """
    SELECT 1 FROM bill k
    CROSS JOIN LATERAL jsonb_array_elements(k.snapshot::jsonb->'input'->'pieces') AS piece
    CROSS JOIN LATERAL jsonb_array_elements(piece->3) AS step
    WHERE (k.id = b.id OR k.corrects_bill_id = b.id) AND step->>0 = '{kind}' AND step->>2 = {reference}
"""
_SUBS = Statement(
    "bill",
    f"""
    SELECT s.bill_no, s.reference AS sub, -s.step_volume AS deducted FROM ({_STEPS}) s
    WHERE s.kind = 'SUBS' AND NOT EXISTS (
        SELECT 1 FROM service_point p JOIN consumption c ON c.point_id = p.id
        JOIN reading_period r ON r.id = c.period_id AND r.yyyymm = s.yyyymm AND r.round_no = s.round_no
        WHERE p.point_no = s.reference AND c.volume = -s.step_volume)
    ORDER BY s.id
    """,
    "deducts %(deducted)s for sub %(sub)s, which did not use that",
)
_MISSING = Statement(
    "bill",
    f"""
    SELECT DISTINCT b.bill_no, p.point_no AS sub, c.volume AS used
    FROM bill b JOIN bill_live v ON v.bill_id = b.id
    JOIN meter_link l ON l.main_id = b.point_id AND l.kind IN ('DEDUCT', 'ALLOCATE') AND l.from_date < b.to_date
         AND (l.to_date IS NULL OR l.to_date >= b.to_date)
    JOIN service_point p ON p.id = l.sub_id
    JOIN reading_period r ON r.company_id = b.company_id AND r.yyyymm = b.yyyymm AND r.round_no = b.round_no
    JOIN consumption c ON c.point_id = p.id AND c.period_id = r.id AND c.revision = 1
    WHERE NOT EXISTS ({_TOLD.format(kind="SUBS", reference="p.point_no")})
      AND NOT EXISTS (SELECT 1 FROM main_release x WHERE x.main_id = l.main_id AND x.period_id = r.id AND x.sub_id = l.sub_id)
    ORDER BY 1, 2
    """,
    "does not deduct sub %(sub)s, which used %(used)s",
)

# A share's step: [LOSS, share, main, subs' usage, main's usage, multiplier, way, shared, weight, weights]. Bills that were made on
# one state of the main and its subs are told by these; those of another state wait for their correction.
_LOSSES = """
    SELECT b.id, b.bill_no, b.yyyymm, b.round_no, step->>2 AS main, (step->>1)::numeric AS share,
           (step->>3)::numeric AS subs_volume, (step->>4)::numeric AS main_volume, (step->>7)::numeric AS shared,
           (step->>8)::numeric AS weight, (step->>9)::numeric AS weights
    FROM bill b JOIN bill_live l ON l.bill_id = b.id
    CROSS JOIN LATERAL jsonb_array_elements(b.snapshot::jsonb->'input'->'pieces') AS piece
    CROSS JOIN LATERAL jsonb_array_elements(piece->3) AS step
    WHERE b.point_id IN (SELECT sub_id FROM meter_link WHERE kind = 'ALLOCATE') AND step->>0 = 'LOSS' AND step->>7 IS NOT NULL
"""
_SHARED = Statement(
    "main",
    f"""
    SELECT s.main, s.yyyymm, sum(s.share) AS taken, s.shared, s.main_volume - s.subs_volume AS difference
    FROM ({_LOSSES}) s GROUP BY s.main, s.yyyymm, s.round_no, s.subs_volume, s.main_volume, s.shared, s.weights
    HAVING sum(s.share) > s.shared OR s.shared > s.main_volume - s.subs_volume OR s.shared < 0
        OR (sum(s.weight) = s.weights AND sum(s.share) <> s.shared)
    ORDER BY 1, 2
    """,
    "%(yyyymm)s: its subs were billed shares of %(taken)s; %(shared)s of its difference of %(difference)s was to be shared",
)
_UNSHARED = Statement(
    "bill",
    f"""
    SELECT DISTINCT b.bill_no, m.point_no AS main FROM bill b JOIN bill_live v ON v.bill_id = b.id
    JOIN meter_link l ON l.sub_id = b.point_id AND l.kind = 'ALLOCATE'
    JOIN service_point m ON m.id = l.main_id
    JOIN reading_period r ON r.company_id = b.company_id AND r.yyyymm = b.yyyymm AND r.round_no = b.round_no
    JOIN consumption c ON c.point_id = m.id AND c.period_id = r.id AND c.revision = 1
    WHERE l.from_date < c.to_date AND (l.to_date IS NULL OR l.to_date >= c.to_date)
      AND NOT EXISTS ({_TOLD.format(kind="LOSS", reference="m.point_no")})
      AND NOT EXISTS (SELECT 1 FROM main_release x WHERE x.main_id = l.main_id AND x.period_id = r.id AND x.sub_id IS NULL)
    ORDER BY 1, 2
    """,
    "takes no share of the difference at main %(main)s",
)

INVARIANT = Invariant(
    11, "A main equals its subs and the difference shown", partial(run, (_SUBS, _MISSING, _SHARED, _UNSHARED))
)
