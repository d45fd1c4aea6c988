from odoo.tests import BaseCase, tagged

from ..engine import masking


@tagged("post_install", "-at_install")
class TestMaskingEngine(BaseCase):

    def test_of_a_number_three_digits_and_four_are_left(self):
        for text, masked in (
            ("13812345678", "138****5678"),
            ("138 1234 5678", "138****5678"),
            ("+86 138-1234-5678", "138****5678"),
            ("021-62345678", "021****5678"),
            ("62345678", "****78"),
            ("110", "****10"),
            ("", ""),
            (None, ""),
            ("ask", ""),
        ):
            with self.subTest(text):
                self.assertEqual(masking.mask_phone(text), masked)

    def test_of_a_name_the_surname_is_left(self):
        for text, masked in (
            ("王芳", "王*"), ("欧阳修", "欧阳*"), ("Wang Fang", "Wang *"), ("Li", "L*"), ("", ""), (None, ""), (" 张 ", "张*"),
        ):
            with self.subTest(text):
                self.assertEqual(masking.mask_name(text), masked)

    def test_of_an_address_the_first_letter_and_the_domain_are_left(self):
        for text, masked in (
            ("wang@example.com", "w***@example.com"),
            ('"Wang Fang" <wang@example.com>', "w***@example.com"),
            ("", ""),
            (None, ""),
            ("x", "***"),
        ):
            with self.subTest(text):
                self.assertEqual(masking.mask_email(text), masked)
