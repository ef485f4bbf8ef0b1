package sqljournal

import (
	"context"
	"time"

	"wismo/core/journal"
	"wismo/core/transit"
)

// Deliveries implements journal.Deliveries.
func (j *Journal) Deliveries(ctx context.Context, shop string, since time.Time) ([]transit.Delivery, error) {
	list, err := j.deliveries(ctx, shop, since)
	return list, failed("deliveries", err)
}

func (j *Journal) deliveries(ctx context.Context, shop string, since time.Time) ([]transit.Delivery, error) {
	rows, err := j.db.Reader().Query(ctx, `SELECT parcel, carrier, country, took, pause FROM delivery WHERE shop = $1 AND at > $2 ORDER BY at DESC LIMIT $3`,
		shop, micros(since), journal.MaxDeliveries)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []transit.Delivery
	for rows.Next() {
		var d transit.Delivery
		var took, pause int64
		if err := rows.Scan(&d.Parcel, &d.Route.Carrier, &d.Route.Country, &took, &pause); err != nil {
			return nil, err
		}
		d.Pace.Took, d.Pace.Pause = time.Duration(took)*time.Microsecond, time.Duration(pause)*time.Microsecond
		list = append(list, d)
	}
	return list, rows.Err()
}

// deliveryStmts note the deliveries of a turn's outcome; one that is known already
// stays as it is.
func deliveryStmts(shop string, list []transit.Delivery, now time.Time) []Stmt {
	var out []Stmt
	for _, d := range list {
		out = append(out, stmt(`INSERT INTO delivery (shop, parcel, carrier, country, took, pause, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (shop, parcel) DO NOTHING`,
			shop, d.Parcel, clean(d.Route.Carrier), clean(d.Route.Country), d.Pace.Took.Microseconds(), d.Pace.Pause.Microseconds(), micros(now)))
	}
	return out
}
