package once_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMigrate_NeedsNoRightToCreate has a table that an administrator has made.
func TestMigrate_NeedsNoRightToCreateWhereTheTableIs(t *testing.T) {
	onPostgres(t, func(t *testing.T, d database) {
		s := newService(t)
		admin := d.open(t)
		var schema string
		require.NoError(t, admin.QueryRow("SELECT current_schema()").Scan(&schema))
		role := "clerk_of_" + schema
		for _, statement := range []string{
			"CREATE ROLE " + role + " LOGIN",
			"GRANT USAGE ON SCHEMA " + schema + " TO " + role,
			"GRANT SELECT, INSERT, UPDATE ON umbrella_once TO " + role,
		} {
			_, err := admin.Exec(statement)
			require.NoError(t, err)
		}
		clerk := d
		clerk.dsn = strings.Replace(d.dsn, "user=postgres", "user="+role, 1)
		require.ErrorContains(t, create(clerk.open(t)), "permission denied")

		l := clerk.ledger(t)
		require.NoError(t, l.Migrate(t.Context(), d.dialect))
		_, err := l.CreateSessionLink(t.Context(), s.client, "k", request("k"))
		require.NoError(t, err)
		b := newBatch(t, clerk, s, 3)
		cmd, output := b.process("links.csv")
		require.NoError(t, cmd.Run(), output)
		require.Contains(t, output.String(), "3 open\n")

		_, err = admin.Exec("DROP TABLE umbrella_once")
		require.NoError(t, err)
		require.ErrorContains(t, l.Migrate(t.Context(), d.dialect), "permission denied")
	})
}

func create(db *sql.DB) error {
	_, err := db.Exec("CREATE TABLE something (id INTEGER)")
	return err
}
