"""A declared subset of the rules three times: the model's own functions, one Mesa object a firm, and C.

The subset. A firm stands in a city where nobody enters, no programme runs but national tax relief, and labour, carriers,
enclaves, funds, universities, labels and consortia do nothing. A quarter is, in this order:

 1. turn of the year (Q1): annual columns move back by one year                              processes/calendar.py
 2. R&D plan (Q1): claims of the super-deduction, desired intensity by user cost, who begins to consider a certificate,
    and the threshold decision: the cheapest split of the gap into real and relabelled R&D, worth it or not
                                                                                             research.plan
 3. sales: Laplace growth by size, reversion, youth, productivity against the frontier, credit, lockdown, displacement
    on the local market by sector; costs, margin luck, staff                                 sales.sell
 4. R&D spending, cut by cash; the year-end true-up of the gap (Q4)                          research.spend
 5. knowledge, spill-overs by district and sector, major innovations, patents                knowledge.learn
 6. interest and instalments                                                                 credit.serve_debt
 7. ordinary bank loans: demand, the bank's view of risk, rate, collateral, least ticket     credit.borrow
 8. investment from cash above the floor; what found no money costs growth                   credit.invest
 9. income tax, losses carried forward, dividends (Q2)                                       taxes.collect
10. exit: insolvency, published hazards by age and size, moving away; debts of the dead      exit.leave
11. ladder: SME registration (Q2), audit (Q3), certification batch (Q4), tiers               ladder.climb
12. record: the sums of OUTPUTS over the city

Left out although the functions above hold it: grants and their misuse, relabelling under review, policy loans and covers,
tenancy, owners' money, the part of VAT that customers pay. Money is whole yuan in all three. All start from the same
world of a seed; luck is each one's own, so runs agree in distribution, not number by number.
"""

OUTPUTS = (
    "firms", "certified", "registered", "tier_none", "tier_pan", "tier_sme", "aims", "claims", "first_time", "batch",
    "exits", "insolvent", "revenue", "rd_real", "rd_reported", "knowledge", "productivity", "patents", "cash", "debt",
    "lent", "lost", "employment",
)  # fmt: skip
