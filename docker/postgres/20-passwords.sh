#!/bin/sh
# Gives the roles of 10-orders.sql their passwords. They come from the secrets, so no file of the
# project holds one, and psql reads them from its input, so that no process list shows one.
set -eu

for role in understudy orders_app; do
  password=$(cat "/run/secrets/${role}_password")
  psql --quiet --set ON_ERROR_STOP=1 --username postgres --dbname orders <<SQL
ALTER ROLE $role PASSWORD '$password';
SQL
done
