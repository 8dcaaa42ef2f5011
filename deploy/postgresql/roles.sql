-- Run once as the server's administrator: psql -v ON_ERROR_STOP=1 -f roles.sql
-- Two roles: the owner makes and changes tables, the app does what the program does and no more.
CREATE ROLE qingyuan_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE qingyuan_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
\password qingyuan_owner
\password qingyuan_app

-- The built-in C.UTF-8 locale (PostgreSQL 17 and newer) sorts the same on every machine. On 15 and 16 write instead:
-- CREATE DATABASE qingyuan OWNER qingyuan_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
CREATE DATABASE qingyuan OWNER qingyuan_owner TEMPLATE template0 ENCODING 'UTF8'
  LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C';

REVOKE ALL ON DATABASE qingyuan FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE qingyuan TO qingyuan_app;

-- A call that hangs must not hold a counter's locks for ever.
ALTER ROLE qingyuan_app IN DATABASE qingyuan SET idle_in_transaction_session_timeout = '10min';
ALTER ROLE qingyuan_app IN DATABASE qingyuan SET timezone = 'UTC';
