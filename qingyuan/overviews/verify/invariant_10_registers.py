"""10 The previous register is the last current one, or an event explains it (上期止码 = 本期起码)."""

from functools import partial

from qingyuan.overviews.verify.finding import Invariant, Statement, run

# What is not read yet ends nothing, though the final of a meter taken off meanwhile stands in it already.
_CHAIN = Statement(
    "reading_segment",
    """
    WITH spans AS (
        SELECT s.id, s.meter_no, s.installation_id, s.register_id, p.yyyymm, p.round_no, s.position, s.start_value,
               CASE WHEN i.state <> 'PENDING' THEN s.end_value END AS read_end
        FROM reading_segment s JOIN reading_item i ON i.id = s.reading_item_id
        JOIN reading_period p ON p.id = i.period_id WHERE i.state <> 'SKIPPED'),
    counted AS (
        SELECT *, count(read_end) OVER (
            PARTITION BY installation_id, register_id ORDER BY yyyymm, round_no, position) AS reads FROM spans),
    ends AS (
        SELECT *, max(read_end) OVER (PARTITION BY installation_id, register_id, reads) AS last_end FROM counted)
    SELECT id, meter_no, yyyymm AS period, start_value, before_value FROM (
        SELECT *, lag(last_end) OVER (
            PARTITION BY installation_id, register_id ORDER BY yyyymm, round_no, position) AS before_value FROM ends) AS chain
    WHERE before_value IS NOT NULL AND start_value <> before_value ORDER BY id
    """,
    "meter %(meter_no)s, period %(period)s: begins at %(start_value)s, the period before ended at %(before_value)s",
)
_FIRST = Statement(
    "reading_segment",
    """
    SELECT DISTINCT ON (s.installation_id, s.register_id) s.id, s.meter_no, s.start_value, r.start_value AS installed
    FROM reading_segment s
    JOIN installation_register r ON r.installation_id = s.installation_id AND r.register_id = s.register_id
    JOIN reading_item i ON i.id = s.reading_item_id JOIN reading_period p ON p.id = i.period_id
    ORDER BY s.installation_id, s.register_id, p.yyyymm, p.round_no, s.position
    """,
    "meter %(meter_no)s: the first reading begins at %(start_value)s, installed at %(installed)s",
)
_FIRST_WRONG = Statement(
    "reading_segment",
    f"SELECT * FROM ({_FIRST.text}) AS first WHERE start_value <> installed",
    _FIRST.detail,
)

INVARIANT = Invariant(10, "A register begins where the period before ended", partial(run, (_CHAIN, _FIRST_WRONG)))
