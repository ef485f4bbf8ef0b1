package sandbox

import (
	"fmt"
	"time"
)

// Samples returns the sample orders, dated relative to now.
//
//	#1001  in transit, of Ana            #1012  ready for pick-up
//	#1002  delivered, of Ben             #1013  on its way back
//	#1003  out for delivery              #1014  delayed
//	#1004  just placed, not shipped      #1015  a guest's, in transit
//	#1005  three ways split              #1016  no phone, in transit
//	#1006  no movement for eight days    #1010, #10100  look-alikes
//	#1007  label never scanned           #1017  twice, of two customers
//	#1008  past its estimate             #1018  digital only
//	#1009  held for a fraud review       #1019  held for its address
//	#1011  attempted delivery            #1020  cancelled
//	#1021  partly refunded               #1022  wholly refunded
//	#1023 to #1040  what is rarer: see rarer
func Samples(now time.Time) []Sample {
	list := append(moving(now), stuck(now)...)
	list = append(list, special(now)...)
	list = append(list, rarer(now)...)
	for i := range list {
		list[i].ID = 5000 + i
		list[i].Confirmation = fmt.Sprintf("HG%05dX%d", 40000+i*7, i%10)
	}
	return list
}

// CustomerOf returns the e-mail and phone of the n-th sample customer, from the
// ranges kept for fiction.
func customer(name string, n int) Sample {
	return Sample{
		Customer: name, Email: fmt.Sprintf("%s@example.com", lower(name)), Phone: fmt.Sprintf("+1415555%04d", 100+n),
		Financial: "PAID", Display: "FULFILLED",
	}
}

func lower(name string) string {
	b := []byte(name)
	b[0] |= 0x20
	return string(b)
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

func one(title string) []Item { return []Item{{Title: title, Quantity: 1}} }

func open(title string, n int) []Item { return []Item{{Title: title, Quantity: n, Unfulfilled: n}} }

// parcel returns a UPS parcel that was made so many days ago.
func parcel(now time.Time, n, ago int, status string) Parcel {
	number := fmt.Sprintf("1Z999AA1%010d", n)
	return Parcel{
		Status: status, CreatedAt: now.Add(-days(ago)), Company: "UPS", Number: number, URL: "https://www.ups.com/track?tracknum=" + number,
	}
}

func (p Parcel) seen(status string, at time.Time, city, message string) Parcel {
	p.Events = append([]Event{{Status: status, At: at, City: city, Message: message}}, p.Events...)
	return p
}

func (p Parcel) due(at time.Time) Parcel {
	p.Estimated = at
	return p
}

func named(s Sample, name, about string, created time.Time, items []Item, parcels ...Parcel) Sample {
	s.Name, s.About, s.CreatedAt, s.Items, s.Parcels = name, about, created, items, parcels
	return s
}

// moving are the orders whose parcels are where they should be.
func moving(now time.Time) []Sample {
	ago := func(n int) time.Time { return now.Add(-days(n)) }
	delivered := parcel(now, 1002, 6, "DELIVERED").seen("IN_TRANSIT", ago(4), "Reno", "Departed").seen("DELIVERED", ago(3), "San Jose", "Left at front door")
	delivered.Delivered = ago(3)
	arrived := parcel(now, 10051, 5, "DELIVERED").seen("DELIVERED", ago(1), "Oakland", "Handed over")
	arrived.Delivered = ago(1)
	return []Sample{
		named(customer("Ana", 1), "#1001", "in transit", ago(4), one("Enamel mug"),
			parcel(now, 1001, 3, "IN_TRANSIT").due(now.Add(days(2))).seen("IN_TRANSIT", now.Add(-3*time.Hour), "Oakland", "Arrived at facility")),
		named(customer("Ben", 2), "#1002", "delivered three days ago", ago(7), one("Wool blanket"), delivered),
		named(customer("Cara", 3), "#1003", "out for delivery", ago(5), one("Desk lamp"),
			parcel(now, 1003, 4, "OUT_FOR_DELIVERY").due(now).seen("OUT_FOR_DELIVERY", now.Add(-2*time.Hour), "San Francisco", "Out for delivery")),
		unshipped(named(customer("Dan", 4), "#1004", "just placed", now.Add(-5*time.Hour), open("Tea towels", 2))),
		partly(named(customer("Eve", 5), "#1005", "split: one delivered, one in transit, one to come", ago(6),
			[]Item{{Title: "Cast iron pan", Quantity: 1}, {Title: "Lid", Quantity: 1}, {Title: "Spoon", Quantity: 1, Unfulfilled: 1}},
			arrived, parcel(now, 10052, 3, "IN_TRANSIT").due(now.Add(days(1))).seen("IN_TRANSIT", now.Add(-8*time.Hour), "Sacramento", "Departed"))),
		named(customer("Kim", 11), "#1011", "attempted delivery", ago(6), one("Mirror"),
			parcel(now, 1011, 5, "ATTEMPTED_DELIVERY").seen("ATTEMPTED_DELIVERY", now.Add(-20*time.Hour), "Berkeley", "Nobody there")),
		named(customer("Leo", 12), "#1012", "ready for pick-up", ago(5), one("Bicycle bell"),
			parcel(now, 1012, 4, "READY_FOR_PICKUP").seen("READY_FOR_PICKUP", ago(1), "Alameda", "Ready")),
		guest(named(customer("Olga", 15), "#1015", "a guest's", ago(3), one("Notebook"),
			parcel(now, 1015, 2, "IN_TRANSIT").due(now.Add(days(3))).seen("IN_TRANSIT", now.Add(-9*time.Hour), "Fresno", "Departed"))),
		phoneless(named(customer("Pia", 16), "#1016", "no phone on it", ago(3), one("Vase"),
			parcel(now, 1016, 2, "IN_TRANSIT").due(now.Add(days(2))).seen("IN_TRANSIT", now.Add(-7*time.Hour), "Stockton", "Departed"))),
		named(customer("Jon", 10), "#1010", "a look-alike of #10100", ago(3), one("Cushion"),
			parcel(now, 1010, 2, "IN_TRANSIT").due(now.Add(days(2))).seen("IN_TRANSIT", now.Add(-6*time.Hour), "Modesto", "Departed")),
		named(customer("Zoe", 26), "#10100", "a look-alike of #1010", ago(2), one("Rug"),
			parcel(now, 10100, 1, "LABEL_PRINTED")),
	}
}

// stuck are the orders that need a person.
func stuck(now time.Time) []Sample {
	ago := func(n int) time.Time { return now.Add(-days(n)) }
	return []Sample{
		named(customer("Finn", 6), "#1006", "no movement for eight days", ago(11), one("Kettle"),
			parcel(now, 1006, 10, "IN_TRANSIT").seen("IN_TRANSIT", ago(8), "Elko", "Departed")),
		named(customer("Gus", 7), "#1007", "label never scanned", ago(9), one("Teapot"), parcel(now, 1007, 8, "LABEL_PURCHASED")),
		named(customer("Hana", 8), "#1008", "past its estimate", ago(9), one("Toaster"),
			parcel(now, 1008, 8, "IN_TRANSIT").due(ago(4)).seen("IN_TRANSIT", ago(1), "Reno", "Delayed")),
		held(named(customer("Ida", 9), "#1009", "held for a fraud review", ago(1), open("Watch", 1)), "HIGH_RISK_OF_FRAUD"),
		held(named(customer("Sven", 19), "#1019", "held for its address", ago(2), open("Clock", 1)), "INCORRECT_ADDRESS"),
		named(customer("Mia", 13), "#1013", "on its way back", ago(14), one("Chair"),
			parcel(now, 1013, 12, "FAILURE").seen("FAILURE", ago(2), "Reno", "Return to sender")),
		named(customer("Nils", 14), "#1014", "delayed", ago(6), one("Stool"),
			parcel(now, 1014, 5, "DELAYED").seen("DELAYED", ago(1), "Salt Lake City", "Weather")),
	}
}

// special are orders that are odd in other ways.
func special(now time.Time) []Sample {
	ago := func(n int) time.Time { return now.Add(-days(n)) }
	cancelled := unshipped(named(customer("Tom", 20), "#1020", "cancelled", ago(3), open("Apron", 1)))
	cancelled.CancelledAt, cancelled.Financial, cancelled.Refunded = ago(2), "REFUNDED", "24.00"
	part := named(customer("Una", 21), "#1021", "partly refunded", ago(6), one("Plates"),
		parcel(now, 1021, 5, "IN_TRANSIT").due(now.Add(days(1))).seen("IN_TRANSIT", now.Add(-10*time.Hour), "Reno", "Departed"))
	part.Financial, part.Refunded = "PARTIALLY_REFUNDED", "9.50"
	refunded := named(customer("Vic", 22), "#1022", "wholly refunded", ago(20), one("Bowl"))
	refunded.Financial, refunded.Refunded, refunded.Return = "REFUNDED", "31.00", "CLOSED"
	digital := unshipped(named(customer("Ravi", 18), "#1018", "digital only", ago(1), []Item{{Title: "Gift card", Quantity: 1, Digital: true}}))
	digital.Display, digital.Method = "FULFILLED", "NONE"
	return []Sample{
		cancelled, part, refunded, digital,
		named(customer("Quin", 17), "#1017", "the older of two of one name", ago(40), one("Scarf"),
			parcel(now, 10171, 39, "DELIVERED").seen("DELIVERED", ago(36), "Napa", "Left with neighbour")),
		named(customer("Rosa", 27), "#1017", "the newer of two of one name", ago(2), one("Hat"),
			parcel(now, 10172, 1, "IN_TRANSIT").due(now.Add(days(3))).seen("IN_TRANSIT", now.Add(-5*time.Hour), "Chico", "Departed")),
	}
}

func unshipped(s Sample) Sample {
	s.Display = "UNFULFILLED"
	return s
}

func partly(s Sample) Sample {
	s.Display = "PARTIALLY_FULFILLED"
	return s
}

func held(s Sample, reason string) Sample {
	s.Display, s.Hold = "ON_HOLD", reason
	return s
}

func guest(s Sample) Sample {
	s.Customer = ""
	return s
}

func phoneless(s Sample) Sample {
	s.Phone = ""
	return s
}
