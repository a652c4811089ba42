-- Up Migration
-- Texts were put into small letters by the rule "C" of their columns, which knows ASCII alone: a fragment with another capital was never found. They are made again.
truncate search, search_cursors;

-- Down Migration
truncate search, search_cursors;
