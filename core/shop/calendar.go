package shop

import (
	"slices"
	"time"
)

// Calendar says on which days the shop works.
type Calendar struct {
	// Days of the week; Monday to Friday if there are none.
	Days []time.Weekday
	// Holidays are dates as "2026-12-24", or as "12-25" for every year.
	Holidays []string
}

// Works reports whether the shop works on the day of at, in at's own time zone.
func (c Calendar) Works(at time.Time) bool {
	if slices.Contains(c.Holidays, at.Format(time.DateOnly)) || slices.Contains(c.Holidays, at.Format("01-02")) {
		return false
	}
	if len(c.Days) == 0 {
		return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
	}
	return slices.Contains(c.Days, at.Weekday())
}

// WorkingDays counts the working days that have wholly begun after from, up to now:
// days of the shop's time zone. It counts no further than a year.
func (c Calendar) WorkingDays(from, now time.Time, loc *time.Location) int {
	if from.IsZero() {
		return 0
	}
	day, n := from.In(loc), 0
	for range 366 {
		if day = day.AddDate(0, 0, 1); day.After(now) {
			break
		}
		if c.Works(day) {
			n++
		}
	}
	return n
}
