# What the task of [database.app_user] runs: makes the user of MySQL that its secret names, or sets
# its password and privileges. Run again, it leaves the same. MYSQL_PWD, the master's password, is
# read by the client itself, so that no password is ever an argument.
#
# LOCK_OTHER=yes: no new session for the other of the two USERS, once no task has it any more.

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# Neither of them needs quoting in SQL then.
case $APP_PASSWORD in
  '' | *[!A-Za-z0-9]*) fail "the secret's password is not one that Strata made: letters and digits" ;;
esac
case " $USERS " in
  *" $APP_USERNAME "*) ;;
  *) fail "the secret names a user that is none of: $USERS" ;;
esac

curl --silent --show-error --fail --retry 5 --retry-connrefused --connect-timeout 10 \
  --output /tmp/ca.pem "$CA_BUNDLE"

client=(
  mysql --no-defaults --protocol=TCP "--host=$DB_HOST" "--port=$DB_PORT" --connect-timeout=20
  --ssl-mode=VERIFY_IDENTITY --ssl-ca=/tmp/ca.pem --batch --skip-column-names
)

ask() {
  local error
  "${client[@]}" "--user=$MASTER_USERNAME" 2>/tmp/error <<<"$1" || {
    # It may quote a statement.
    error=$(</tmp/error)
    fail "${error//"$APP_PASSWORD"/***}"
  }
}

# In a grant `_` stands for any character, unless MySQL knows partial revokes.
database=$DB_NAME
partial_revokes=$(ask "SHOW GLOBAL VARIABLES LIKE 'partial_revokes'")
case $partial_revokes in
  *ON) ;;
  *) database=${DB_NAME//_/\\_} ;;
esac

user="'$APP_USERNAME'@'%'"
for name in $USERS; do
  beyond=$(ask "
    SELECT privilege_type FROM information_schema.user_privileges
      WHERE grantee = '''$name''@''%''' AND privilege_type <> 'USAGE'
    UNION
    SELECT CONCAT(privilege_type, ' on ', table_schema) FROM information_schema.schema_privileges
      WHERE grantee = '''$name''@''%'''
        AND (table_schema NOT IN ('$DB_NAME', '${DB_NAME//_/\\\\_}') OR is_grantable = 'YES')
  ")
  [ -z "$beyond" ] || fail "$name is there already and may do more than Strata gives it: $beyond"
done

revoke=
[ -z "$NOT_PRIVILEGES" ] || revoke="REVOKE $NOT_PRIVILEGES ON \`$database\`.* FROM $user;"
ask "
  CREATE USER IF NOT EXISTS $user IDENTIFIED BY '$APP_PASSWORD' REQUIRE $TLS;
  ALTER USER $user IDENTIFIED BY '$APP_PASSWORD' REQUIRE $TLS ACCOUNT UNLOCK;
  GRANT $PRIVILEGES ON \`$database\`.* TO $user;
  $revoke
" >/dev/null

# Nobody gets a password that was not tried.
MYSQL_PWD=$APP_PASSWORD "${client[@]}" "--user=$APP_USERNAME" "--database=$DB_NAME" \
  --execute='SELECT 1' >/dev/null
printf '%s\n' "$APP_USERNAME may in $DB_NAME: $PRIVILEGES"

if [ "$LOCK_OTHER" = yes ]; then
  for name in $USERS; do
    if [ "$name" != "$APP_USERNAME" ]; then
      ask "ALTER USER IF EXISTS '$name'@'%' ACCOUNT LOCK" >/dev/null
      printf '%s\n' "$name can open no session any more"
    fi
  done
fi
