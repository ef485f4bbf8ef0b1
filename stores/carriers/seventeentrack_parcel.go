package carriers

import (
	"cmp"
	"strings"

	"wismo/core/order"
)

// stParcel is a parcel as 17TRACK's v2 shows it. Only what is used is read; where it
// goes to is not.
type stParcel struct {
	Number string `json:"number"`
	Info   struct {
		Latest struct {
			Status string `json:"status"`
			Sub    string `json:"sub_status"`
		} `json:"latest_status"`
		Event   *stEvent `json:"latest_event"`
		Metrics struct {
			Estimated struct {
				Source string `json:"source"`
				From   moment `json:"from"`
				To     moment `json:"to"`
			} `json:"estimated_delivery_date"`
		} `json:"time_metrics"`
		Milestones []stMilestone `json:"milestone"`
		Tracking   struct {
			Providers []stProvider `json:"providers"`
		} `json:"tracking"`
	} `json:"track_info"`
}

// stProvider is one of the carriers that had the parcel.
type stProvider struct {
	Provider struct {
		Name string `json:"name"`
	} `json:"provider"`
	Events []stEvent `json:"events"`
}

type stMilestone struct {
	Stage string `json:"key_stage"`
	UTC   moment `json:"time_utc"`
	ISO   moment `json:"time_iso"`
}

// stEvent is a scan. Its "location" is not read: it is whatever the carrier wrote,
// streets among it.
type stEvent struct {
	UTC         moment `json:"time_utc"`
	ISO         moment `json:"time_iso"`
	Description string `json:"description"`
	Stage       string `json:"stage"`
	Sub         string `json:"sub_status"`
	Address     struct {
		City    string `json:"city"`
		Country string `json:"country"`
	} `json:"address"`
}

// silent reports whether nothing is known of the parcel.
func (p stParcel) silent() bool {
	return stStatus(p.Info.Latest.Status, p.Info.Latest.Sub) == order.StatusUnknown && len(p.events()) == 0
}

func (p stParcel) movement() order.Movement {
	latest := p.Info.Latest
	m := order.Movement{
		Status: stStatus(latest.Status, latest.Sub), RawStatus: rawStatus(cmp.Or(latest.Sub, latest.Status)),
		Company: p.company(), Events: newest(p.events()),
	}
	if e := p.Info.Metrics.Estimated; !strings.EqualFold(e.Source, "17TRACK") { // its guess is no carrier's promise
		m.EstimatedAt = first(e.To.day(), e.From.day())
	}
	if m.DeliveredAt = deliveredAt(m); m.DeliveredAt.IsZero() && m.Status == order.Delivered {
		m.DeliveredAt = p.reached("Delivered").Time
	}
	return m
}

// company is the first carrier that has a name: the one that has the parcel first.
func (p stParcel) company() string {
	for _, v := range p.Info.Tracking.Providers {
		if name := clean(v.Provider.Name, maxPlace); name != "" {
			return name
		}
	}
	return ""
}

// events are all carriers', or the latest if there is no list of them.
func (p stParcel) events() []order.TrackingEvent {
	var list []order.TrackingEvent
	for _, v := range p.Info.Tracking.Providers {
		for _, e := range v.Events {
			list = append(list, e.event())
		}
	}
	if len(list) == 0 && p.Info.Event != nil {
		list = append(list, p.Info.Event.event())
	}
	return newest(list)
}

func (e stEvent) event() order.TrackingEvent {
	return order.TrackingEvent{
		Status: stStatus(e.Stage, e.Sub), At: first(e.UTC.Time, e.ISO.Time),
		Place: place(e.Address.City, e.Address.Country), Message: clean(e.Description, maxMessage),
	}
}

// reached is when the parcel came to a stage, zero if it has not.
func (p stParcel) reached(stage string) moment {
	for _, s := range p.Info.Milestones {
		if s.Stage != stage {
			continue
		}
		if !s.UTC.IsZero() {
			return s.UTC
		}
		return s.ISO
	}
	return moment{}
}
