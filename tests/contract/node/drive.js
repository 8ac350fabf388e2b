// Drives node-quickbooks and intuit-oauth against the company that the environment names, and prints one line of
// JSON: for each check "ok", or what went wrong. The checks know nothing of what answers them.
'use strict'

const assert = require('node:assert')
const { Readable } = require('node:stream')
const { promisify } = require('node:util')
const QuickBooks = require('node-quickbooks')
const OAuthClient = require('intuit-oauth')

const { PEER_URL, PEER_REALM, PEER_TOKEN, PEER_OAUTH } = process.env
const qbo = new QuickBooks('emulator-client', 'emulator-secret', PEER_TOKEN, false, PEER_REALM, true, false, 75, '2.0')
qbo.endpoint = `${PEER_URL}/v3/company/`

const call = (name, ...given) => promisify(qbo[name].bind(qbo))(...given)
const unique = () => `Contract ${Date.now()}${Math.floor(Math.random() * 1e6)}`
const first = async (entity, where = {}) =>
  (await call(`find${entity}s`, { ...where, limit: 1 })).QueryResponse[entity][0]

const LISTS = ['Accounts', 'Attachables', 'Bills', 'BillPayments', 'Budgets', 'Classes', 'CompanyInfos', 'CreditMemos',
  'Customers', 'Departments', 'Deposits', 'Employees', 'Estimates', 'Invoices', 'Items', 'JournalCodes',
  'JournalEntries', 'Payments', 'PaymentMethods', 'Preferenceses', 'Purchases', 'PurchaseOrders', 'RefundReceipts',
  'SalesReceipts', 'TaxAgencies', 'TaxCodes', 'TaxRates', 'Terms', 'TimeActivities', 'Transfers', 'Vendors',
  'VendorCredits', 'ExchangeRates', 'CompanyCurrencies']
const REPORTS = ['BalanceSheet', 'ProfitAndLoss', 'ProfitAndLossDetail', 'TrialBalance', 'CashFlow',
  'InventoryValuationSummary', 'CustomerSales', 'ItemSales', 'CustomerIncome', 'CustomerBalance',
  'CustomerBalanceDetail', 'AgedReceivables', 'AgedReceivableDetail', 'VendorBalance', 'VendorBalanceDetail',
  'AgedPayables', 'AgedPayableDetail', 'VendorExpenses', 'TransactionList', 'GeneralLedgerDetail', 'DepartmentSales',
  'ClassSales', 'AccountListDetail']

async function newInvoice () {
  const [customer, item] = [await first('Customer'), await first('Item', { Type: 'Service' })]
  return call('createInvoice', {
    CustomerRef: { value: customer.Id },
    Line: [{ Amount: 100, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ItemRef: { value: item.Id } } }]
  })
}

async function allow (address) {
  const body = new URLSearchParams({ decision: 'allow' })
  return (await fetch(address, { method: 'POST', body, redirect: 'manual' })).headers.get('location')
}

const CHECKS = {
  'an attachable lives and dies': async () => {
    const note = unique()
    const made = await call('createAttachable', { Note: note })
    const read = await call('getAttachable', made.Id)
    assert.equal(read.Note, note)
    const changed = await call('updateAttachable', { ...read, Note: `${note} changed` })
    assert.equal(changed.Note, `${note} changed`)
    const found = await call('findAttachables', { Note: `${note} changed` })
    assert.deepEqual(found.QueryResponse.Attachable.map((one) => one.Id), [made.Id])
    assert.equal((await call('deleteAttachable', made.Id)).Attachable.status, 'Deleted')
    assert.deepEqual((await call('findAttachables', { Note: `${note} changed` })).QueryResponse, {})
  },
  'every list answers': async () => {
    for (const list of LISTS.filter((one) => qbo[`find${one}`])) {
      const data = await call(`find${list}`)
      assert.ok(data.QueryResponse && !data.Fault, list)
    }
  },
  'every report answers': async () => {
    for (const report of REPORTS.filter((one) => qbo[`report${one}`])) {
      const data = await call(`report${report}`, {})
      assert.ok(data.Header && data.Columns && data.Rows, report)
    }
  },
  'the accounts of a sample company': async () => {
    assert.ok((await call('findAccounts')).QueryResponse.Account.length > 20)
    const expenses = (await call('findAccounts', { AccountType: 'Expense' })).QueryResponse.Account
    assert.ok(expenses.length && expenses.every((one) => one.AccountType === 'Expense'))
    const travel = (await call('findAccounts', { Name: 'Travel' })).QueryResponse.Account
    assert.deepEqual(travel.map((one) => one.AccountType), ['Expense'])
  },
  'conditions, order, pages and counts': async () => {
    const like = [{ field: 'DisplayName', value: '%a%', operator: 'LIKE' }, { field: 'asc', value: 'DisplayName' },
      { field: 'limit', value: 3 }]
    const page = (await call('findCustomers', like)).QueryResponse.Customer.map((one) => one.DisplayName)
    assert.equal(page.length, 3)
    assert.ok(page.every((name) => /a/i.test(name)))
    const chosen = [{ field: 'Id', value: ['1', '2'], operator: 'IN' }]
    assert.equal((await call('findCustomers', chosen)).QueryResponse.Customer.length, 2)
    const quoted = [{ field: 'DisplayName', value: "Amy's Bird Sanctuary", operator: '=' }]
    assert.equal((await call('findCustomers', quoted)).QueryResponse.Customer[0].Id, '1')
    const { totalCount } = (await call('findCustomers', { count: true })).QueryResponse
    const all = (await call('findCustomers', { fetchAll: true, limit: 10 })).QueryResponse.Customer
    assert.equal(all.length, totalCount)
    assert.equal(new Set(all.map((one) => one.Id)).size, totalCount)
  },
  'a sales receipt with a discount': async () => {
    const made = await call('createSalesReceipt', {
      TxnDate: '2026-01-04',
      CustomerMemo: { value: 'my message' },
      Line: [
        { Description: 'one', Amount: 14, DetailType: 'SalesItemLineDetail', SalesItemLineDetail: { ServiceDate: '2026-01-14', UnitPrice: 14, Qty: 1, TaxCodeRef: { value: 'TAX' } } },
        { Amount: 0.28, DetailType: 'DiscountLineDetail', DiscountLineDetail: { PercentBased: true, DiscountPercent: 2 } }
      ]
    })
    assert.equal((await call('deleteSalesReceipt', made.Id)).SalesReceipt.status, 'Deleted')
  },
  'an invoice is changed, paid, mailed, printed, voided': async () => {
    const made = await newInvoice()
    const changed = await call('updateInvoice', { Id: made.Id, SyncToken: made.SyncToken, PrivateNote: 'x' })
    assert.equal(changed.PrivateNote, 'x')
    const payment = await call('createPayment', {
      CustomerRef: made.CustomerRef, TotalAmt: 40, Line: [{ Amount: 40, LinkedTxn: [{ TxnId: made.Id, TxnType: 'Invoice' }] }]
    })
    assert.equal((await call('getInvoice', made.Id)).Balance, made.TotalAmt - 40)
    await call('deletePayment', payment.Id)
    const pdf = await call('getInvoicePdf', made.Id)
    assert.equal(Buffer.from(pdf).subarray(0, 4).toString(), '%PDF')
    assert.equal((await call('sendInvoicePdf', made.Id, 'a@example.com')).EmailStatus, 'EmailSent')
    const { Id, SyncToken } = await call('getInvoice', made.Id)
    const voided = await call('updateInvoice', { Id, SyncToken, void: true })
    assert.equal(voided.TotalAmt, 0)
  },
  'a batch of twenty-five': async () => {
    const tag = unique()
    const items = Array.from({ length: 25 }, (_, at) => ({ bId: `${at}`, operation: 'create', Attachable: { Note: `${at}`, Tag: tag } }))
    const answers = (await call('batch', items)).BatchItemResponse
    assert.ok(answers.length === 25 && answers.every((one) => one.Attachable.Tag === tag))
    const found = (await call('findAttachables', { Tag: tag })).QueryResponse.Attachable
    assert.equal(found.length, 25)
    for (const one of found) await call('deleteAttachable', one)
  },
  'changes since a minute ago': async () => {
    const made = await call('createAttachable', { Note: 'changed', Tag: unique() })
    const data = await call('changeDataCapture', ['Attachable'], new Date(Date.now() - 60000))
    const found = data.CDCResponse[0].QueryResponse[0].Attachable
    assert.ok(found.some((one) => one.Id === made.Id && one.Tag === made.Tag))
    await call('deleteAttachable', made)
  },
  'a file hangs on an invoice': async () => {
    const made = await newInvoice()
    const file = Readable.from([Buffer.from([1, 2, 13, 10, 255])])
    const linked = await call('upload', 'a.bin', 'application/octet-stream', file, 'Invoice', made.Id)
    assert.equal(linked.AttachableRef[0].EntityRef.value, made.Id)
  },
  'an exchange rate by its currency': async () => {
    const read = await call('getExchangeRate', { sourcecurrencycode: 'EUR' })
    const rate = (read.ExchangeRate || read).Rate
    const changed = await call('updateExchangeRate', { SourceCurrencyCode: 'EUR', Rate: rate + 1, AsOfDate: '2026-01-01' })
    assert.equal((changed.ExchangeRate || changed).Rate, rate + 1)
  },
  'company info and preferences': async () => {
    assert.ok((await call('getCompanyInfo', PEER_REALM)).CompanyName)
    assert.ok((await call('getPreferences')).SalesFormsPrefs)
  },
  'a refusal is an error with a code': async () => {
    const { DisplayName } = await first('Customer')
    const error = await call('createCustomer', { DisplayName }).then(() => null, (refused) => refused)
    assert.equal((error.response ? error.response.data : error).Fault.Error[0].code, '6240')
  },
  'the whole flow of intuit-oauth': async () => {
    if (!PEER_OAUTH) return // Intuit's own consent needs a person
    const client = new OAuthClient({ clientId: 'emulator-client', clientSecret: 'emulator-secret', environment: 'sandbox', redirectUri: 'http://localhost:8000/callback' })
    client.setAuthorizeURLs({ authorizeEndpoint: `${PEER_OAUTH}/connect/oauth2`, tokenEndpoint: `${PEER_OAUTH}/oauth2/v1/tokens/bearer`, revokeEndpoint: `${PEER_OAUTH}/v2/oauth2/tokens/revoke`, userInfoEndpoint: `${PEER_OAUTH}/v1/openid_connect/userinfo` })
    const back = await allow(client.authorizeUri({ scope: [OAuthClient.scopes.Accounting], state: 'abc' }))
    const made = (await client.createToken(back)).getToken()
    assert.ok(made.access_token && made.refresh_token && client.getToken().realmId)
    const info = await client.makeApiCall({ url: `${PEER_URL}/v3/company/${PEER_REALM}/companyinfo/${PEER_REALM}` })
    assert.ok((info.json || info.getJson()).CompanyInfo)
    const refreshed = (await client.refresh()).getToken()
    assert.notEqual(refreshed.access_token, made.access_token)
    await client.revoke()
    await assert.rejects(client.refreshUsingToken(refreshed.refresh_token))
  }
}

function told (problem) {
  const data = problem.response ? problem.response.data : problem
  return problem.stack ? `${problem.stack}\n${JSON.stringify(problem.response ? problem.response.data : '')}` : JSON.stringify(data)
}

async function main () {
  const results = {}
  for (const [name, check] of Object.entries(CHECKS)) {
    results[name] = await check().then(() => 'ok', told)
  }
  console.log(JSON.stringify(results))
}

main()
