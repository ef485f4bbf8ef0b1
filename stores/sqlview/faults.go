package sqlview

import (
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"wismo/core/fault"
	"wismo/core/remote"
)

// faultOf translates what the driver or the server says. The server's own message
// quotes values, and the driver's the DSN: neither is passed on.
// Source: postgresql.org, Appendix A, "PostgreSQL Error Codes".
func faultOf(err error) error {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return remote.FaultOfErr(op, err)
	}
	switch code := pg.Code; {
	case code == "28P01" || code == "28000":
		return mend(fault.Denied, "the server does not let the role in", "are user and password in store.database right, and does pg_hba.conf let the role in from here?")
	case code == "3D000":
		return mend(fault.Denied, "there is no such database", "is the database in store.database right?")
	case code == "42501":
		return mend(fault.Denied, "the role may not read the view", "grant select on the view, and usage on its schema, to the role in store.database")
	case code == "25006":
		return mend(fault.Denied, "the view writes", "leave functions that change something out of the view: it is read in a read-only transaction")
	case code == "57014":
		return mend(fault.Unavailable, "the server took longer than the budget", "`wismo check` says whether an index is missing")
	case code == "53300":
		return mend(fault.Unavailable, "the server has no connection left", "raise the limit of the role or the server, or lower pool_max_conns in store.database")
	case code == "42P01":
		return noView()
	case code == "42703":
		return mend(fault.Unavailable, "the view has lost a column", "the columns are described in the documentation of stores/sqlview")
	case strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P"):
		return fault.New(fault.Unavailable, op, "the server is ending or not ready (SQLSTATE %s)", code)
	default:
		return mend(fault.Unavailable, "the server cannot read the view (SQLSTATE "+code+")", "does `select * from` the view work for the role?")
	}
}

func mend(kind fault.Kind, what, hint string) *fault.Error {
	return &fault.Error{Kind: kind, Op: op, Err: errors.New(what), Hint: hint}
}
