package once

import "github.com/umbrella-api/umbrella-go/api"

// Statements are all that a ledger sends after Migrate.
var Statements = []string{readRow, claimRow, recordRow, listUnknown, pruneRows}

// MAC is what the table holds of a request.
func (l *Ledger) MAC(key string, req api.CreateSessionLinkRequest) string { return l.mac(key, req) }
