package carrierstest

import "time"

// step is one event of a parcel's way.
type step struct {
	state   State
	at      time.Time
	city    string
	country string
	message string
}

// journey is how a parcel came to its state, the oldest first.
func journey(state State, now time.Time) []step {
	ago := func(d time.Duration) time.Time { return now.Add(-d).UTC().Truncate(time.Second) }
	way := []step{
		{Label, ago(72 * time.Hour), "", "US", "Shipment information sent to the carrier"},
		{InTransit, ago(48 * time.Hour), "Memphis", "US", "Arrived at the carrier's facility"},
		{InTransit, ago(20 * time.Hour), "Newark", "US", "Departed the carrier's facility"},
		{OutForDelivery, ago(4 * time.Hour), "Brooklyn", "US", "On the vehicle for delivery"},
	}
	switch state {
	case Fresh, NoNumber:
		return nil
	case Label:
		return way[:1]
	case InTransit:
		return way[:3]
	case OutForDelivery:
		return way
	case Delivered:
		return append(way, step{Delivered, ago(time.Hour), "Brooklyn", "US", "Delivered, front door"})
	case Exception:
		return append(way[:3], step{Exception, ago(2 * time.Hour), "Newark", "US", "The parcel was lost"})
	}
	return append(way[:3], step{Returned, ago(2 * time.Hour), "Newark", "US", "The parcel is returned to its sender"})
}

// Events is how many events there are of a parcel in a state.
func Events(state State) int { return len(journey(state, time.Now())) }

// due is when a parcel should come: noon in two days, as nothing else can be meant by
// a day.
func due(now time.Time) time.Time {
	y, m, d := now.UTC().AddDate(0, 0, 2).Date()
	return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
}

// Due is the estimate that every service gives at the time.
func Due(now time.Time) time.Time { return due(now) }
