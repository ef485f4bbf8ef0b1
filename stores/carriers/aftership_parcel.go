package carriers

import "wismo/core/order"

// asTracking is a tracking. Only what is used is read.
type asTracking struct {
	Number    string `json:"tracking_number"`
	Slug      string `json:"slug"`
	Tag       string `json:"tag"`
	Subtag    string `json:"subtag"`
	Courier   string `json:"courier_tracking_link"`
	URL       string `json:"aftership_tracking_url"`
	Delivered moment `json:"shipment_delivery_date"`
	// The carrier's estimate alone: AfterShip has one of its own too, which is a
	// guess that a customer would take for a promise.
	Estimated struct {
		Date moment `json:"estimated_delivery_date"`
	} `json:"courier_estimated_delivery_date"`
	Checkpoints []asCheckpoint `json:"checkpoints"`
}

type asCheckpoint struct {
	At      moment `json:"checkpoint_time"`
	City    string `json:"city"`
	Country string `json:"country_region_name"`
	Region  string `json:"country_region"`
	Message string `json:"message"`
	Tag     string `json:"tag"`
	Subtag  string `json:"subtag"`
}

func (t asTracking) rank(slug string) int {
	switch {
	case slug != "" && t.Slug == slug:
		return 3
	case t.Tag != "Pending":
		return 2
	}
	return 1
}

func (t asTracking) movement() order.Movement {
	m := order.Movement{
		Status: asStatus(t.Tag, t.Subtag), RawStatus: rawStatus(t.Subtag), URL: page(t.Courier, t.URL), EstimatedAt: t.Estimated.Date.day(),
		Company: nameBy(t.Slug, func(c company) string { return c.aftership }),
	}
	if m.RawStatus == "" {
		m.RawStatus = rawStatus(t.Tag)
	}
	for _, p := range t.Checkpoints {
		m.Events = append(m.Events, order.TrackingEvent{
			Status: asStatus(p.Tag, p.Subtag), At: p.At.Time, Place: place(p.City, p.Country, p.Region), Message: clean(p.Message, maxMessage),
		})
	}
	m.Events = newest(m.Events)
	if m.DeliveredAt = deliveredAt(m); m.DeliveredAt.IsZero() && (m.Status == order.Delivered || m.Status == order.PickedUp) {
		m.DeliveredAt = t.Delivered.Time
	}
	return m
}
