package sandbox

import "time"

// rarer are the states that the demo's script does not need and a store must still
// tell right: pick-up, local delivery, pre-orders, the other holds, returns, phones
// from elsewhere, and parcels that took a turn.
func rarer(now time.Time) []Sample {
	list := append(ownDelivery(now), waitingOnes(now)...)
	list = append(list, turned(now)...)
	return append(list, odd(now)...)
}

// untracked is a parcel that no carrier has.
func untracked(now time.Time, ago int, status string) Parcel {
	return Parcel{Status: status, CreatedAt: now.Add(-days(ago))}
}

// ownDelivery are the orders that no carrier brings.
func ownDelivery(now time.Time) []Sample {
	ago := func(n int) time.Time { return now.Add(-days(n)) }
	list := []Sample{
		unshipped(named(customer("Abe", 31), "#1023", "pick-up, not ready", ago(1), open("Bread tin", 1))),
		named(customer("Bea", 32), "#1024", "pick-up, ready", ago(2), one("Bread tin"), untracked(now, 1, "READY_FOR_PICKUP")),
		named(customer("Cyd", 33), "#1025", "local delivery, on its way", ago(2), one("Firewood"), untracked(now, 1, "OUT_FOR_DELIVERY")),
	}
	list[0].Method, list[1].Method, list[2].Method = "PICK_UP", "PICK_UP", "LOCAL"
	return list
}

// waitingOnes are the orders that have not left.
func waitingOnes(now time.Time) []Sample {
	ago := func(n int) time.Time { return now.Add(-days(n)) }
	early := unshipped(named(customer("Dot", 34), "#1026", "a pre-order", ago(20), open("Almanac", 1)))
	early.FulfillBy = now.Add(days(30))
	unpaid := unshipped(named(customer("Edo", 35), "#1027", "not paid yet", ago(1), open("Ladle", 1)))
	unpaid.Financial = "PENDING"
	review := held(named(customer("Fay", 36), "#1028", "held for its payment", ago(2), open("Whisk", 1)), "AWAITING_PAYMENT")
	review.Financial = "PENDING"
	return []Sample{
		early, unpaid, review,
		held(named(customer("Gil", 37), "#1029", "held for want of stock", ago(3), open("Sieve", 1)), "INVENTORY_OUT_OF_STOCK"),
		partly(named(customer("Hal", 38), "#1030", "partly shipped", ago(4), []Item{{Title: "Jug", Quantity: 1}, {Title: "Cup", Quantity: 4, Unfulfilled: 4}},
			parcel(now, 1030, 2, "IN_TRANSIT").seen("IN_TRANSIT", now.Add(-4*time.Hour), "Fresno", "Departed"))),
	}
}

// turned are the orders whose parcels took a turn.
func turned(now time.Time) []Sample {
	ago := func(n int) time.Time { return now.Add(-days(n)) }
	stopped := named(customer("Ian", 39), "#1031", "cancelled after it had left", ago(5), one("Tray"),
		parcel(now, 1031, 4, "IN_TRANSIT").seen("IN_TRANSIT", ago(1), "Reno", "Departed"))
	stopped.CancelledAt, stopped.Financial, stopped.Refunded = ago(1), "REFUNDED", "18.00"
	second := parcel(now, 10332, 1, "IN_TRANSIT").seen("IN_TRANSIT", now.Add(-2*time.Hour), "Lodi", "Departed")
	at := ago(1)
	arrived := parcel(now, 1034, 5, "DELIVERED").seen("ATTEMPTED_DELIVERY", ago(2), "Davis", "Nobody there").seen("DELIVERED", at, "Davis", "Handed over")
	arrived.Delivered = at
	return []Sample{
		stopped,
		named(customer("Jan", 40), "#1032", "the carrier gave up", ago(9), one("Bench"),
			parcel(now, 1032, 8, "NOT_DELIVERED").seen("FAILURE", ago(1), "Chico", "Address not found")),
		named(customer("Kai", 41), "#1033", "its first label was voided", ago(4), one("Shelf"), parcel(now, 10331, 3, "LABEL_VOIDED"), second),
		named(customer("Lea", 42), "#1034", "delivered at the second try", ago(6), one("Basket"), arrived),
		named(customer("Max", 43), "#1035", "handed to the carrier", ago(1), one("Broom"),
			parcel(now, 1035, 0, "CARRIER_PICKED_UP").seen("CARRIER_PICKED_UP", now.Add(-time.Hour), "Oakland", "Picked up")),
	}
}

// odd are the orders that are odd in what stands beside their parcels.
func odd(now time.Time) []Sample {
	ago := func(n int) time.Time { return now.Add(-days(n)) }
	arrived := func(n int) Parcel {
		p := parcel(now, n, 9, "DELIVERED").seen("DELIVERED", ago(6), "Napa", "Handed over")
		p.Delivered = ago(6)
		return p
	}
	asked := named(customer("Ned", 44), "#1036", "a return was asked for", ago(10), one("Jacket"), arrived(1036))
	back := named(customer("Oda", 45), "#1037", "a return is under way", ago(10), one("Boots"), arrived(1037))
	asked.Return, back.Return = "REQUESTED", "OPEN"
	british := named(customer("Pam", 46), "#1038", "a phone of another country", ago(3), one("Kite"),
		parcel(now, 1038, 2, "IN_TRANSIT").seen("IN_TRANSIT", now.Add(-5*time.Hour), "Tracy", "Departed"))
	british.Phone = "+447700900146"
	national := named(customer("Roy", 47), "#1039", "a phone without a country code", ago(3), one("Yo-yo"),
		parcel(now, 1039, 2, "IN_TRANSIT").seen("IN_TRANSIT", now.Add(-5*time.Hour), "Tracy", "Departed"))
	national.Phone = "(415) 555-0147"
	return []Sample{
		asked, back, british, national,
		named(customer("Sue", 48), "#1040", "something to ship and something digital", ago(3), []Item{{Title: "Puzzle", Quantity: 1}, {Title: "Gift card", Quantity: 1, Digital: true}},
			parcel(now, 1040, 2, "IN_TRANSIT").seen("IN_TRANSIT", now.Add(-6*time.Hour), "Tracy", "Departed")),
	}
}
