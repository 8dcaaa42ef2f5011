"""Printing (打印): PDF from templates and from millimetre layouts, with the shipped fonts alone, the same bytes always.

`documents.render_pdf(template_source, data)` for flowing documents, `layouts.read_layout(text)` and
`forms.render_forms(layout, records)` for tickets and receipts placed to the millimetre.
"""
