"""How a plan is shown: JSON, text, CSV, a workbook, frames. Nothing heavy is imported here."""
